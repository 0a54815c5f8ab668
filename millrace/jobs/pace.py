"""How many of a lane's slots one process uses: all, until a vendor says 429; then fewer, and by and by more again.

Additive increase, multiplicative decrease (Chiu and Jain, 1989), as TCP finds out what a line can carry: 429s of calls
that began before the last decrease say nothing new, so a burst of them is one.
"""

import threading
import time

#: What is left of the slots after a 429; the part of them that comes back after as many successes as are in use.
DECREASE, INCREASE = 0.5, 1 / 16


class Pace:
    """`limit` of `slots` may be used now."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._limit = float(slots)
        self._slowed_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        return max(1, min(self.slots, int(self._limit)))

    def slowed(self, begun: float, now: float | None = None) -> bool:
        """A call that began then (monotonic seconds) was told 429. False where one slot was too many already."""
        with self._lock:
            if begun <= self._slowed_at:
                return True
            if self.limit <= 1:
                return False
            self._limit = max(1.0, self.limit * DECREASE)
            self._slowed_at = time.monotonic() if now is None else now
            return True

    def went_well(self) -> None:
        """A call succeeded."""
        if self._limit < self.slots:
            with self._lock:
                self._limit = min(float(self.slots), self._limit + max(1.0, self.slots * INCREASE) / self.limit)
