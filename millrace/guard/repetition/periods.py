"""Whether the end of a text has a period: the same unit, character by character, often enough.

A unit that differs only in one number, as in a list that counts, is the same unit.
"""

import re

#: The end by which an earlier copy is found, in characters, and how many earlier places are tried.
_END, _TRIED = 24, 8

#: A unit of at most so many characters makes a loop of at least so many characters and copies.
_BARS = ((8, 240, 30), (199, 600, 4), (float("inf"), 600, 3))

#: The same for units that count, of which a list or a log has many.
_COUNTING = (20, 600, 8)

_NUMBER = re.compile(r"\d+")


class Bare:
    """The end of a text, in which each number is one `0`."""

    def __init__(self, most: int) -> None:
        self.text = ""
        self._most = most
        self._in_number = False
        #: Characters since the last number.
        self.since = most

    def add(self, piece: str) -> None:
        # A number that was cut in two is one.
        bare = _NUMBER.sub("0", piece)
        if bare[:1] == "0" and self._in_number:
            bare = bare[1:]
        self.since = len(bare) - 1 - bare.rfind("0") if "0" in bare else self.since + len(bare)
        self._in_number = piece[-1:].isdecimal()
        self.text = (self.text + bare)[-self._most :]


def periodic(text: str) -> tuple[int, int] | None:
    """Where the first copy begins, and where the second, if the end of the text has a period."""
    for period in _periods(text):
        run = _run(text, period)
        if _is_loop(run, period):
            start = len(text) - run
            return start, start + period
    return None


def counting(text: str, bare: Bare) -> tuple[int, int] | None:
    """The same for units that hold one number each, which differs."""
    least, characters, copies = _COUNTING
    # A unit that is there so often, and has a number, has had it lately.
    if len(bare.text) < characters or bare.since > len(bare.text) // copies:
        return None
    for period in _periods(bare.text):
        if period < least or bare.text.count("0", len(bare.text) - period) != 1:
            continue
        run = _run(bare.text, period)
        if run >= max(characters, copies * period):
            start = _back(text, run)
            return start, start + period
    return None


def _periods(text: str) -> list[int]:
    """The distances at which the end of the text stands before, shortest first."""
    end, at = text[-_END:], len(text) - 1
    found: list[int] = []
    while len(found) < _TRIED and (at := text.rfind(end, 0, at)) >= 0:
        found.append(len(text) - len(end) - at)
        at += len(end) - 1
    return found if len(text) > _END else []


def _run(text: str, period: int) -> int:
    """How many characters at the end of the text have the period: in steps that grow, then shrink."""
    length, step, grows = period, period, True
    while step:
        at = len(text) - length - step
        if at >= 0 and text[at : at + step] == text[at + period : at + period + step]:
            length += step
            step *= 2 if grows else 1
        else:
            step, grows = step // 2, False
    return length


def _is_loop(run: int, period: int) -> bool:
    _, characters, copies = next(bar for bar in _BARS if period <= bar[0])
    return run >= characters and run >= copies * period


def _back(text: str, bare: int) -> int:
    """Where in the text the last so many characters begin, when each number counts as one."""
    extra = 0
    for number in reversed(list(_NUMBER.finditer(text))):
        if len(text) - number.end() - extra >= bare:
            break
        extra += len(number[0]) - 1
    return max(len(text) - bare - extra, 0)
