"""How a call fails. The kind decides what becomes of the job; see `millrace.jobs.retry`."""


class Failure(Exception):
    """Base of the four kinds. `code` and the message go into the job's error, so they must be fit for its owner."""

    code = "engine_error"

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        #: The backend's HTTP status, where it gave one.
        self.status = status


class Unavailable(Failure):
    """An outage: refused, 429, 503, out of slots. Pauses the model in its lane and costs the job no attempt."""

    code = "engine_unavailable"

    def __init__(self, message: str, *, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(message, status=status)
        #: Seconds the backend asked us to wait.
        self.retry_after = retry_after


class Refused(Failure):
    """The backend says that this request is wrong (4xx): no retry would change it. The job fails with its words."""

    code = "engine_refused"


class Broken(Failure):
    """It broke off: 5xx, a torn stream, an answer that cannot be read, a deadline. Costs an attempt; may be retried."""

    code = "engine_broken"


class TimedOut(Broken):
    """One of the call's deadlines passed."""

    code = "engine_timeout"


class Aborted(Failure):
    """We cut the line ourselves: a cancel, a lost lease, a shutdown."""

    code = "aborted"
