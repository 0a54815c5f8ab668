"""What sockets and http.client raise, and the failure that it stands for."""

from http.client import HTTPException, IncompleteRead

from millrace.engines.engine import Line
from millrace.engines.failures import Aborted, Broken, Failure, TimedOut, Unavailable
from millrace.engines.http.connection import TooLarge
from millrace.engines.http.watch import Watch

#: ValueError: of TLS sockets that were shut, and of heads and chunks that are no HTTP.
TROUBLE = (OSError, ValueError, HTTPException)


def aborted() -> Aborted:
    """The line was cut."""
    return Aborted("The call was cut.")


def on_exchange(cause: BaseException, watch: Watch, line: Line) -> Failure:
    """Of an error after the request began to be sent: the backend may have worked on it."""
    if line.cut_off:
        return aborted()
    if isinstance(cause, TimeoutError):
        return TimedOut(watch.passed)
    if isinstance(cause, IncompleteRead):
        return Broken("The backend's answer broke off.")
    if isinstance(cause, TooLarge):
        return Broken("The backend's answer is too long.")
    return Broken(f"The connection to the backend broke: {reason(cause)}.")


def on_connect(cause: BaseException, watch: Watch, line: Line) -> Failure:
    """Of an error before anything was sent: an outage, which costs no attempt; so is a connect that takes too long."""
    if line.cut_off:
        return aborted()
    if watch.spent:
        return TimedOut(watch.passed)
    if isinstance(cause, TimeoutError):
        return Unavailable(watch.passed)
    return Unavailable(f"The backend cannot be reached: {reason(cause)}.")


def reason(cause: BaseException) -> str:
    """The system's words for it, without addresses: they are not the job's owner's business."""
    words = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return words.strip().rstrip(".")[:200]
