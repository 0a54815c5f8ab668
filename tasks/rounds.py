"""Rounds of work that may take their time: in a thread, since the sweep shares this process and must not wait."""

import threading
from collections.abc import Callable

from millrace.errors import DatabaseUnavailable
from millrace.telemetry import logger

log = logger(__name__)


class Rounds:
    """Rounds of one kind of work, `most` of them at a time: none begins while so many are under way."""

    def __init__(self, name: str, work: Callable[[], object], *, most: int = 1) -> None:
        self._name, self._work = name, work
        self._free = threading.Semaphore(most)

    def begin(self) -> None:
        """Begin one, and go on. What fails is told in the log, and is the next one's."""
        if self._free.acquire(blocking=False):
            threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        try:
            self._work()
        except DatabaseUnavailable:
            log.warning("a round did not come to its end: the database is away", work=self._name)
        except Exception:
            log.exception("a round failed", work=self._name)
        finally:
            self._free.release()
