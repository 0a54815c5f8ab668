"""The way of one text of an answer, in pieces or whole: restored, trimmed, cut, watched, in this order.

So offsets of a cut are those of the text that is told, and a filter sees what a reader would.
"""

from collections.abc import Sequence
from typing import Protocol

from millrace.guard.repetition import Cutter, Loop


class Stage(Protocol):
    """Takes a text in pieces and gives it back, perhaps later and perhaps changed."""

    def feed(self, piece: str) -> str: ...

    def end(self) -> str:
        """What was held back, when nothing more comes."""
        ...


class Passage:
    """`before` and `after` the cutter, which may be None."""

    def __init__(self, before: Sequence[Stage], cutter: Cutter | None, after: Sequence[Stage] = ()) -> None:
        self._before = before
        self._cutter = cutter
        self._after = after
        self._ended = False

    @property
    def loop(self) -> Loop | None:
        """Why it was cut, if it was."""
        return self._cutter.loop if self._cutter else None

    def feed(self, piece: str) -> str:
        """What can go out now: all the rest, where a loop ends here."""
        if self._ended:
            return ""
        kept = self._kept(_through(self._before, piece))
        if self.loop is None:
            return _through(self._after, kept)
        self._ended = True
        return _drained(self._after, kept)

    def end(self) -> str:
        """What was held back."""
        if self._ended:
            return ""
        self._ended = True
        return _drained(self._after, self._kept(_drained(self._before, "")))

    def _kept(self, piece: str) -> str:
        return self._cutter.feed(piece) if self._cutter else piece


def _through(stages: Sequence[Stage], piece: str) -> str:
    for stage in stages:
        piece = stage.feed(piece)
    return piece


def _drained(stages: Sequence[Stage], piece: str) -> str:
    for stage in stages:
        piece = stage.feed(piece) + stage.end()
    return piece
