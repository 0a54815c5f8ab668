"""When a key was last used: each process collects it, and writes it beside the requests, in one statement.

What a process had not written when it died is lost, which is nothing: the next use is noted again.
"""

import threading
import time

from millrace import db
from millrace.errors import DatabaseUnavailable
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds between two writes.
EVERY = 10.0

_WRITE = "SELECT note_key_use(%s::uuid[], %s::float8[])"


class Uses:
    """The keys used since the last write, and when (monotonic seconds)."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._last: dict[str, float] = {}
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, key: str) -> None:
        """Costs a request next to nothing."""
        self._last[key] = time.monotonic()
        if not self._some.is_set():
            self._wake()

    def write(self) -> None:
        """Write what there is. Raises DatabaseUnavailable."""
        taken, self._last = self._last, {}
        # Whoever noted the last ones may still be at it.
        noted = list(taken.items())
        if noted:
            now = time.monotonic()
            db.call(_WRITE, ([key for key, _ in noted], [now - at for _, at in noted]))

    def _wake(self) -> None:
        with self._lock:
            self._some.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_for_ever, name="key-use", daemon=True)
                self._thread.start()

    def _write_for_ever(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            try:
                self.write()
            except DatabaseUnavailable:
                log.debug("the last use of keys is not written: the database is away")
            time.sleep(self._every)


_uses = Uses()

note = _uses.note
