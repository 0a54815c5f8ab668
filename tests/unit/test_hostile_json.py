"""Reading hostile JSON: depth, and what cannot be stored."""

import json

import pytest

from millrace.errors import InvalidJSON
from millrace.hostile_json import DEPTH, parse


def nested(levels: int, opening: str = '{"a":', closing: str = "}") -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


@pytest.mark.parametrize("body", [nested(DEPTH), b'{"a":%s}' % nested(DEPTH - 1, "[", "]")])
def test_what_is_deep_but_fair_is_read(body: bytes) -> None:
    assert parse(body)


@pytest.mark.parametrize(
    "body", [nested(DEPTH + 1), b'{"a":%s}' % nested(DEPTH, "[", "]"), nested(10**6), b"[" * 10**6, b'{"a":' * 10**6]
)
def test_what_is_too_deep_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJSON, match=r"nested|not JSON"):
        parse(body)


@pytest.mark.parametrize(
    "value",
    ["[[{{" * 200, '\\"[' * 200, '"' * 300, "\\" * 301, 'a\\u005b"' * 99],
    ids=["open", "quoted", "quotes", "slashes", "escaped"],
)
def test_brackets_in_strings_are_no_depth(value: str) -> None:
    for ascii in (True, False):
        assert parse(json.dumps({"a": value, "b": [[1]] * 150}, ensure_ascii=ascii).encode()) == {
            "a": value, "b": [[1]] * 150
        }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "fine"),
    [
        (rb'{"a": "\u0000"}', False), (rb'{"a": "\\u0000"}', True), (rb'{"a": "\\\u0000"}', False),
        (rb'{"a": "\\\\u0000"}', True), (rb'{"a": "\ud83d\ude00"}', True), (rb'{"a": "\uD83D"}', False),
        (rb'{"a": "\ude00\ud83d"}', False), (rb'{"a": "\\ud83d"}', True), (rb'{"\u0000": 1}', False),
        (rb'{"a": {"b": ["\udfff"]}}', False), (b'{"a": "\x1f"}', False), (b'{"a": "\x7f"}', True),
        (b'{"a": NaN}', False), (b'{"a": -Infinity}', False), (b'{"a": 1e999}', False), (b'{"a": 1e308}', True),
        (b'{"a": ' + b"9" * 5000 + b"}", False), (b'\xef\xbb\xbf{"a": 1}', False), (b'{"a": "\xff"}', False),
        (b"", False), (b"[]", False), (b"1", False), (b"null", False), (b'{"a": 1} x', False),
    ],
)  # fmt: skip
def test_what_json_or_postgres_cannot_carry(raw: bytes, fine: bool) -> None:
    if fine:
        assert parse(raw) == json.loads(raw)
    else:
        with pytest.raises(InvalidJSON):
            parse(raw)
