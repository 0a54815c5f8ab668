"""Plain headers mean what the e-mail parser says they mean; what is not plain is left to it."""

import email.parser
import http.client

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.plain_headers import plain

NAMES = st.text("abcXYZ-_09!~", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)


def by_email(block: str) -> list[tuple[str, str]]:
    parsed = email.parser.Parser(_class=http.client.HTTPMessage).parsestr(block)
    return [(name, value.strip(" \t\r\n")) for name, value in parsed._headers]


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=8))
def test_plain_ones_are_read_as_the_parser_for_mail_reads_them(pairs: list[tuple[str, str]]) -> None:
    block = "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"
    found = plain(block)
    if found is not None:
        assert found._headers == by_email(block)
        assert all(found.get(name.upper()) == found.get(name.lower()) is not None for name, _ in pairs)


@given(st.text("a:b \t\r\n-\x00\x0b\x1c\x85é", max_size=40))
def test_whatever_comes_is_read_alike_or_left_alone(block: str) -> None:
    found = plain(block)
    assert found is None or found._headers == by_email(block)


@pytest.mark.parametrize(
    "block",
    [
        "",
        "\r\n",
        "A: b\r\n",
        "A: b\n\n",
        "A: b\r\n c\r\n\r\n",
        "A : b\r\n\r\n",
        " A: b\r\n\r\n",
        "A b\r\n\r\n",
        "A: b\x00\r\n\r\n",
        "A: b\rC: d\r\n\r\n",
        ": b\r\n\r\n",
    ],
)
def test_what_is_odd_is_not_plain(block: str) -> None:
    assert plain(block) is None


def test_the_first_of_several_counts_in_any_case() -> None:
    found = plain("Content-Length: 3\r\ncontent-length: 4\r\n\r\n")
    assert found is not None and found.get("CONTENT-LENGTH") == "3" and found.get("Other") is None
