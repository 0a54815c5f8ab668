"""When each of many things last happened: collected by each process, and written beside its work, in one statement.

What a process had not written when it died is lost, which is nothing: the next time is noted again.
"""

import threading
import time
from collections.abc import Callable, Sequence

from millrace.errors import DatabaseUnavailable
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds between two writes.
EVERY = 10.0


class LastTimes:
    """`write(ids, ago)` is given what was noted since the last write, each with how many seconds ago."""

    def __init__(self, write: Callable[[Sequence[str], Sequence[float]], object], every: float = EVERY) -> None:
        self._write = write
        self._every = every
        self._last: dict[str, float] = {}
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, id: str) -> None:
        """It happened now. Costs who notes it next to nothing."""
        self._last[id] = time.monotonic()
        if not self._some.is_set():
            self._wake()

    def write(self) -> None:
        """Write what there is. Raises DatabaseUnavailable."""
        taken, self._last = self._last, {}
        # Whoever noted the last ones may still be at it.
        noted = list(taken.items())
        if noted:
            now = time.monotonic()
            self._write([id for id, _ in noted], [now - at for _, at in noted])

    def _wake(self) -> None:
        with self._lock:
            self._some.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_for_ever, name="last-times", daemon=True)
                self._thread.start()

    def _write_for_ever(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            try:
                self.write()
            except DatabaseUnavailable:
                log.debug("when things last happened is not written: the database is away")
            time.sleep(self._every)
