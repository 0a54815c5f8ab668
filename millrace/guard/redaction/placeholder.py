r"""What stands for a value: `<EMAIL_1>`, and the ways in which models write it back.

They change its case, put a space inside, escape it for Markdown (`\<EMAIL\_1\>`), HTML (`&lt;EMAIL_1&gt;`) or JSON
(`\u003cEMAIL_1\u003e`), or use square brackets. All of these are read. A bare EMAIL_1 is not: in code it is a name.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

#: No placeholder is longer, however it is escaped, in characters.
LONGEST = 120

#: Digits of a number: more are no placeholder of ours.
_NUMBER = 6

_OPENINGS = ("<", "&lt;", "[", r"\u003c")
_CLOSINGS = (">", "&gt;", "]", r"\u003e")
_ANY = r"[A-Za-z]{1,24}(?:(?:\\{0,2}_|[ -])[A-Za-z]{1,24}){0,6}"


def of(of_class: str, number: int) -> str:
    """`<EMAIL_1>`."""
    return f"<{of_class.upper()}_{number}>"


def every(text: str) -> Iterator[tuple[str, int]]:
    """The (class, number) of all that looks like a placeholder, of whatever class."""
    for found in _whole(_ANY, False).finditer(text):
        yield read(found)


def read(found: re.Match[str]) -> tuple[str, int]:
    """The (class, number) that a match of `whole` or `every` says."""
    return re.sub(r"\\*[_ -]", "_", found["name"]).lower(), int(found["number"])


@lru_cache(maxsize=256)
def whole(classes: frozenset[str], in_json: bool) -> re.Pattern[str]:
    """Matches placeholders of these classes; groups `name` and `number`.

    `in_json`: inside JSON strings, where a backslash before it is the string's own and must stay.
    """
    return _whole("|".join(_joined(name) for name in sorted(classes, key=len, reverse=True)), in_json)


@lru_cache(maxsize=256)
def begun(classes: frozenset[str], in_json: bool) -> re.Pattern[str]:
    """Matches, at the end of a text, what may be the beginning of a placeholder of these classes."""
    names = "|".join(_nested(_letters(name)) for name in sorted(classes))
    opened, opening = _brackets(_OPENINGS, in_json)
    return re.compile(rf"(?:{opened} ?(?:{names})|{opening})\Z", re.IGNORECASE | re.ASCII)


def _whole(names: str, in_json: bool) -> re.Pattern[str]:
    opened, _ = _brackets(_OPENINGS, in_json)
    closed, _ = _brackets(_CLOSINGS, in_json)
    between = _separator()
    return re.compile(
        rf"{opened} ?(?P<name>{names}){between}(?P<number>\d{{1,{_NUMBER}}}) ?{closed}", re.IGNORECASE | re.ASCII
    )


def _separator() -> str:
    return r"(?:\\{0,2}_|[ -])"


def _joined(name: str) -> str:
    return _separator().join(name.split("_"))


def _brackets(marks: Collection[str], in_json: bool) -> tuple[str, str]:
    """Patterns of any of the marks, whole and begun, with the escapes that may stand before it."""
    wholes = "|".join(re.escape(mark) for mark in marks)
    parts = "|".join(_nested([re.escape(c) for c in mark]) for mark in marks)
    if in_json:
        return rf"(?<!\\)(?:\\\\)?(?:{wholes})", rf"(?<!\\)(?:\\(?:\\(?:{parts})?)?|{parts})"
    return rf"\\{{0,2}}(?:{wholes})", rf"(?:\\{{1,2}}(?:{parts})?|{parts})"


def _letters(name: str) -> list[str]:
    """The steps of a placeholder after its opening, each of one character at most."""
    between = [r"\\?", r"\\?", "[_ -]"]
    steps = [step for part in name.split("_") for step in (*part, *between)]
    _, closing = _brackets(_CLOSINGS, False)
    return [*steps, *[r"\d"] + [r"\d?"] * (_NUMBER - 1), " ?", closing]


def _nested(steps: list[str]) -> str:
    """Matches any number of the steps, from the first on."""
    pattern = ""
    for step in reversed(steps):
        pattern = f"(?:{step}{pattern})?"
    return pattern
