"""A call's deadlines, as the time that its next wait on the socket may take."""

from time import monotonic

from millrace.engines.engine import Deadlines


class Watch:
    """Starts at once; `total` is wall clock from here on, whatever the backend drips."""

    __slots__ = ("_deadlines", "_ends", "_phase", "_until", "passed")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._ends = monotonic() + deadlines.total
        self._until: float | None = None
        self._phase = ""
        #: Which deadline would pass first, in words for the job's error.
        self.passed = ""
        self.connecting()

    def connecting(self) -> None:
        """From now, the deadline to connect."""
        self._until = monotonic() + self._deadlines.connect
        self._phase = f"The backend could not be reached in {self._deadlines.connect:g} s."

    def sending(self) -> None:
        """From now, only the total: a large body may take its time on a slow link."""
        self._until = self._ends

    def sent(self) -> None:
        """From now, the deadline of the first byte. It stands until the body begins: servers send headers early."""
        self._until = monotonic() + self._deadlines.first_byte
        self._phase = f"The backend sent nothing in {self._deadlines.first_byte:g} s."

    def flowing(self) -> None:
        """From now, the idle deadline, counted anew by every wait."""
        self._until = None
        self._phase = f"The backend fell silent for {self._deadlines.idle:g} s."

    @property
    def spent(self) -> bool:
        """Whether the total has passed."""
        return monotonic() >= self._ends

    def closing(self, seconds: float) -> None:
        """From now, `seconds` and no more."""
        self._until = monotonic() + seconds

    def left(self) -> float:
        """Seconds that the next wait may take, more than 0. Raises TimeoutError."""
        now = monotonic()
        until = now + self._deadlines.idle if self._until is None else self._until
        self.passed = self._phase
        if self._ends <= until:
            until, self.passed = self._ends, f"The call took longer than {self._deadlines.total:g} s."
        if until <= now:
            raise TimeoutError
        return until - now
