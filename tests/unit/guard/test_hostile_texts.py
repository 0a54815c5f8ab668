"""Texts made to keep a pattern busy. Were one quadratic, 300 KB would take it longer than a test may run."""

import pytest

from millrace.guard.filters import Filter, Side, parsed
from millrace.guard.redaction import recognisers
from millrace.guard.repetition import loop_in
from millrace.guard.stock import trimmed

SIZE = 300_000

UNITS = [
    *("a", "A-", "1 ", "1-", "+1", "(0", "a@", "@a.", "1:", "eyJ-", "-eyJ", "sk-", "SG.a", "DE89 ", "12 A ", "4111 "),
    *(
        "A Street 1 ",
        "-----BEGIN PRIVATE KEY-----\n",
        "ab://x:",
        "password:",
        "12 rue de ",
        "Calle De La ",
        "Am Alten ",
    ),
    "\\",
]


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_every_recogniser_gets_through_it(unit: str) -> None:
    text = (unit * (SIZE // len(unit) + 1))[:SIZE]
    for find in recognisers.known().values():
        assert all(0 <= start < end <= SIZE for start, end in find(text))


def test_the_other_guards_get_through_it_too() -> None:
    rules = [
        {"name": "w", "kind": "words", "words": ["a " * 39 + "b", "字" * 39 + "b"]},
        {"name": "e", "kind": "expression", "expression": "(a+)+c|(a|a)*b|(.*)*x"},
    ]
    checked = Filter(parsed(rules))
    for unit in ("a ", "a", "字", "a\n", "I hope ", "```", "! "):
        text = unit * (SIZE // len(unit))
        assert checked.check(text, Side.PROMPT).rule is None
        assert text.startswith(trimmed(text)[:1])
        loop_in(text)
