"""Notices, while an answer streams, that a model has fallen into a loop, and says where to cut.

Two signs, each asked of the last WINDOW characters alone, so memory is flat:

- the end of the text has a period: the same unit, character by character, often enough. A unit that differs only in one
  number, as in a list that counts, is the same unit;
- hardly anything in its end is new: a few sentences in any order.

Tables, code, refrains, and what somebody asked to have ten times, repeat themselves as well: so the bar is several
hundred characters, not a second copy. What a user wanted a hundred times is cut too.
"""

import re
from dataclasses import dataclass

#: Characters that are remembered.
WINDOW = 4096

#: Characters between two looks.
EVERY = 64

#: The end by which an earlier copy is found, in characters, and how many earlier places are tried.
_END, _TRIED = 24, 8

#: A unit of at most so many characters makes a loop of at least so many characters and copies.
_BARS = ((8, 240, 30), (199, 600, 4), (WINDOW, 600, 3))

#: The same for units that count, of which a list or a log has many.
_COUNTING = (20, 600, 8)

#: Characters that are looked at for what is new; those of a shingle; the share of different ones that is too small.
_STALE, _SHINGLE, _NOVEL = 1536, 16, 0.16

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Loop:
    """Offsets in the whole answer, in characters: the loop's first copy begins at `start`, its second at `cut`."""

    start: int
    cut: int
    #: How much of the answer was there when it was noticed.
    noticed: int


class Detector:
    """Takes an answer in pieces, and says once whether it has become a loop."""

    def __init__(self) -> None:
        self._window = ""
        self._length = 0
        self._unseen = 0
        self.loop: Loop | None = None

    def feed(self, piece: str) -> Loop | None:
        """The loop, from the piece on with which it is noticed. A long piece is taken in steps."""
        for at in range(0, len(piece), EVERY):
            if self.loop:
                break
            self._take(piece[at : at + EVERY])
        return self.loop

    def _take(self, piece: str) -> None:
        self._window = (self._window + piece)[-WINDOW:]
        self._length += len(piece)
        self._unseen += len(piece)
        if self._unseen >= EVERY:
            self._unseen = 0
            self._look()

    def _look(self) -> None:
        found = _periodic(self._window) or _counting(self._window)
        if not found and self._length % (4 * EVERY) < EVERY:
            found = _stale(self._window)
        if found:
            base = self._length - len(self._window)
            self.loop = Loop(base + found[0], base + found[1], self._length)


def loop_in(text: str) -> Loop | None:
    """The first loop of a whole text."""
    return Detector().feed(text)


def _periodic(text: str) -> tuple[int, int] | None:
    """Where the first copy begins, and where the second, if the end of the text has a period."""
    for period in _periods(text):
        run = _run(text, period)
        if _is_loop(run, period):
            start = len(text) - run
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
    """How many characters at the end of the text have the period."""
    length, step = period, period
    while step:
        at = len(text) - length - step
        if at >= 0 and text[at : at + step] == text[at + period : at + period + step]:
            length += step
        else:
            step //= 2
    return length


def _is_loop(run: int, period: int) -> bool:
    _, characters, copies = next(bar for bar in _BARS if period <= bar[0])
    return run >= characters and run >= copies * period


def _counting(text: str) -> tuple[int, int] | None:
    """The same for units that hold one number each, which differs."""
    bare = _NUMBER.sub("0", text)
    if len(bare) < _COUNTING[1]:
        return None
    for period in _periods(bare):
        run = _run(bare, period)
        unit = bare[-period:]
        if period >= _COUNTING[0] and unit.count("0") == 1 and run >= max(_COUNTING[1], _COUNTING[2] * period):
            start = _back(text, run)
            return start, start + period
    return None


def _back(text: str, bare: int) -> int:
    """Where in the text the last so many characters begin, when each number counts as one."""
    extra = 0
    for number in reversed(list(_NUMBER.finditer(text))):
        if len(text) - number.end() - extra >= bare:
            break
        extra += len(number[0]) - 1
    return max(len(text) - bare - extra, 0)


def _stale(text: str) -> tuple[int, int] | None:
    """Where the end of a text begins to say nothing new, if hardly anything in it is."""
    if len(text) < _STALE:
        return None
    start = len(text) - _STALE
    places = range(start, len(text) - _SHINGLE)
    if len({text[i : i + _SHINGLE] for i in places}) > _NOVEL * len(places):
        return None
    return _first_stale(text)


def _first_stale(text: str) -> tuple[int, int]:
    """Going back from the end as long as all of it is in the last stretch too: the start, and the end of one round."""
    known = {text[i : i + _SHINGLE] for i in range(len(text) - _STALE, len(text) - _SHINGLE)}
    start = len(text) - _STALE
    while start and text[start - 1 : start - 1 + _SHINGLE] in known:
        start -= 1
    return start, start + len(known)
