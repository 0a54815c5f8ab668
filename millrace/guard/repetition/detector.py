"""Notices, while an answer streams, that a model has fallen into a loop, and says where to cut.

Two signs, each asked of the last WINDOW characters alone, so memory is flat:

- the end of the text has a period (`periods.py`);
- hardly anything in its end is new (`novelty.py`): a few sentences in any order.

Tables, code, refrains, and what somebody asked to have ten times, repeat themselves as well: so the bar is several
hundred characters, not a second copy. What was asked for a hundred times is seen as well; `asked.py` is for that.

It looks at every EVERY characters of the answer, however these come, so a stream and a whole are cut at one place.
"""

from dataclasses import dataclass

from millrace.guard.repetition.novelty import stale
from millrace.guard.repetition.periods import Bare, counting, periodic

#: Characters that are remembered.
WINDOW = 4096

#: Characters between two looks; between two looks for what is new.
EVERY, EVERY_NEW = 64, 256


@dataclass(frozen=True)
class Loop:
    """Offsets in the whole answer, in characters: the loop's first copy begins at `start`, its second at `cut`."""

    start: int
    cut: int
    #: How much of the answer was there when it was noticed.
    noticed: int
    #: Whether it is nothing but white space.
    blank: bool = False


class Detector:
    """Takes an answer in pieces, and says once whether it has become a loop."""

    def __init__(self) -> None:
        self._window = ""
        self._bare = Bare(WINDOW)
        self._length = 0
        #: Characters since the last look.
        self._unseen = ""
        self.loop: Loop | None = None

    def feed(self, piece: str) -> Loop | None:
        """The loop, from the piece on with which it is noticed."""
        unseen = self._unseen + piece
        at = 0
        while len(unseen) - at >= EVERY and not self.loop:
            self._take(unseen[at : at + EVERY])
            at += EVERY
        self._unseen = unseen[at:]
        return self.loop

    def _take(self, piece: str) -> None:
        self._window = (self._window + piece)[-WINDOW:]
        self._bare.add(piece)
        self._length += EVERY
        found = periodic(self._window) or counting(self._window, self._bare)
        if not found and self._length % EVERY_NEW == 0:
            found = stale(self._window)
        if found:
            base = self._length - len(self._window)
            blank = not self._window[found[0] :].strip()
            self.loop = Loop(base + found[0], base + found[1], self._length, blank)


def loop_in(text: str) -> Loop | None:
    """The first loop of a whole text."""
    return Detector().feed(text)
