"""Waiting as a slow backend makes us wait: under the call's deadlines, and cut short at once."""

import threading
from time import monotonic

from millrace.engines.engine import Call
from millrace.engines.failures import Aborted, TimedOut

#: Seconds between two deltas at least, as transport.py spaces them.
STEP = 0.040


class Pace:
    """The clock of one call."""

    def __init__(self, call: Call) -> None:
        self._begun = monotonic()
        self._deadlines = call.deadlines
        self._line = call.line
        self._cut = threading.Event()
        self._line.holds(self._cut.set)

    def until(self, due: float, limit: float, passed: str) -> None:
        """Wait until `due` seconds after the call began. Raises Aborted; TimedOut after `limit`, or after the total."""
        now = self.now
        end = min(due, now + limit, self._deadlines.total)
        if self._line.cut_off or (end > now and self._cut.wait(end - now)):
            raise Aborted("The call was cut.")
        if end < due:
            total = f"The call took longer than {self._deadlines.total:g} s."
            raise TimedOut(total if end == self._deadlines.total else passed)

    def first(self, due: float) -> None:
        """Wait for the first token."""
        limit = self._deadlines.first_byte
        self.until(due, limit, f"The backend sent nothing in {limit:g} s.")

    def next(self, due: float) -> None:
        """Wait for a later token."""
        limit = self._deadlines.idle
        self.until(due, limit, f"The backend fell silent for {limit:g} s.")

    @property
    def now(self) -> float:
        """Seconds since the call began."""
        return monotonic() - self._begun

    def done(self) -> None:
        self._line.released()
