"""What strangers can cause as often as they like is written coarsely, so that nobody can fill the disk with it.

A process writes one row in ten minutes of an act and an address, and ten a minute of all; what goes unwritten is
counted in the next row. So at most 14,400 rows a day and process, about 5 MB.
"""

import threading
import time
from collections import Counter, deque

#: Seconds between two rows of one act and address.
APART = 600.0

#: Rows of all addresses in a minute.
A_MINUTE = 10

#: Addresses that are remembered.
REMEMBERED = 10_000


class Repeats:
    """Counts what one process does not write."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str | None], float] = {}
        self._recent: deque[float] = deque(maxlen=A_MINUTE)
        self._unwritten: Counter[str] = Counter()
        self._lock = threading.Lock()

    def unwritten(self, act: str, address: str | None) -> int | None:
        """How many rows of this act went unwritten since the last; None when this one goes unwritten too."""
        now = time.monotonic()
        with self._lock:
            if self._is_repeat(act, address, now):
                self._unwritten[act] += 1
                return None
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            self._written[act, address] = now
            self._recent.append(now)
            return self._unwritten.pop(act, 0)

    def _is_repeat(self, act: str, address: str | None, now: float) -> bool:
        last = self._written.get((act, address))
        crowded = len(self._recent) == A_MINUTE and now - self._recent[0] < 60
        return crowded or (last is not None and now - last < APART)
