"""Cuts a loop off an answer that comes in pieces, or whole: at the same place."""

from collections.abc import Callable

from millrace.guard.repetition.detector import Detector, Loop


class Cutter:
    """Gives back what it takes, and nothing from where a loop was noticed on. `spared` says which loops may go on."""

    def __init__(self, spared: Callable[[Loop], bool]) -> None:
        self._detector: Detector | None = Detector()
        self._spared = spared
        self._length = 0
        self.loop: Loop | None = None

    def feed(self, piece: str) -> str:
        """What can go out."""
        if self.loop is not None:
            return ""
        found = self._detector.feed(piece) if self._detector else None
        if found is not None and self._spared(found):
            found = self._detector = None
        self.loop = found
        kept = piece[: found.noticed - self._length] if found else piece
        self._length += len(kept)
        return kept
