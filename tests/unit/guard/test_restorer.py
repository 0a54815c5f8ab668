"""Values come back in answers that stream, however they are cut, and however the model wrote the placeholder."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.guard.redaction import Restorer, redact, restore
from millrace.guard.redaction.placeholder import LONGEST

KEY = "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----"
MAPPING = redact(f"ana@example.org 078-05-1120 {KEY}").mapping
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "<EMAIL_1>",
                "<EMAIL_2>",
                r"\<EMAIL\_1\>",
                "&lt;NATIONAL_ID_1&gt;",
                "< national id 1 >",
                "[KEY_1]",
                r"\u003cKEY_1\u003e",
                "<EMA",
                "IL_1>",
                "<",
                "&l",
                "t;",
                "\\",
                "\\\\",
                "_1",
                ">",
                "<EMAIL_12345",
                "<<",
                "[",
                "EMAIL_1",
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=20,
)


@given(PIECES, st.booleans())
def test_pieces_give_what_the_whole_gives(pieces: list[str], in_json: bool) -> None:
    restorer = Restorer(MAPPING, in_json=in_json)
    assert "".join(map(restorer.feed, pieces)) + restorer.end() == restore("".join(pieces), MAPPING, in_json=in_json)


@given(PIECES)
def test_no_more_is_held_back_than_a_placeholder_is_long(pieces: list[str]) -> None:
    restorer = Restorer(MAPPING)
    for piece in pieces:
        restorer.feed(piece)
        assert len(restorer._held) <= LONGEST


@pytest.mark.parametrize("piece", ["Hello", "a < b", "1 << 3", "x[0]", "<div", "<em>", "AT&T", "\\n", "<EMAIL_1234567"])
def test_what_cannot_become_a_placeholder_goes_out_at_once(piece: str) -> None:
    assert Restorer(MAPPING).feed(piece + " ") == piece + " "


@pytest.mark.parametrize(
    "written",
    [
        "<EMAIL_1>",
        "<email_1>",
        "< EMAIL_1 >",
        "<EMAIL 1>",
        "<EMAIL-1>",
        r"\<EMAIL\_1\>",
        "&lt;EMAIL_1&gt;",
        "[EMAIL_1]",
    ],
)
def test_what_models_make_of_a_placeholder_is_understood(written: str) -> None:
    assert restore(f"to {written}.", MAPPING) == "to ana@example.org."


@pytest.mark.parametrize("written", ["EMAIL_1", "{EMAIL_1}", "<EMAIL_2>", "<EMAILS_1>", "<EMAIL_1", "<EMAIL_0000001>"])
def test_what_is_no_placeholder_of_this_request_stays(written: str) -> None:
    assert restore(written, MAPPING) == written


JSON = st.recursive(
    st.one_of(
        st.text(), st.sampled_from(["<KEY_1>", r"a\<KEY_1>", "\\", '"<EMAIL_1>"', r"\\<EMAIL_1>", r"\u003cKEY_1"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)


@given(JSON, st.booleans(), st.integers(1, 9))
def test_json_that_streams_stays_json_whatever_the_value(value: Any, plain: bool, size: int) -> None:
    text = json.dumps(value, ensure_ascii=plain).replace("<", r"\u003c" if plain else "<")
    restorer = Restorer(MAPPING, in_json=True)
    pieces = [restorer.feed(text[at : at + size]) for at in range(0, len(text), size)]
    json.loads("".join(pieces) + restorer.end())


def test_a_value_is_escaped_for_the_json_it_stands_in() -> None:
    assert json.loads(restore('{"pem": "<KEY_1>"}', MAPPING, in_json=True)) == {"pem": KEY}
