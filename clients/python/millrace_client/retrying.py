"""What is sent again, and when: a value, of the request and of what went wrong."""

import random

from millrace_client.errors import LimitReached, MillraceError, StatusError, Unreachable
from millrace_client.request import Request

#: Seconds: of the first wait, of any, and of a Retry-After beyond which the caller is told instead.
FIRST, MOST, PATIENCE = 0.5, 8.0, 60.0

#: What the next try may find gone.
PASSING = (502, 503, 504)


def delay(request: Request, failure: MillraceError, tries: int, retries: int) -> float | None:
    """Seconds to wait before the next try, None when there is none. `tries`: those that failed before this one."""
    if tries >= retries or not _helps(request, failure):
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= PATIENCE else None
    return backoff(tries)


def backoff(tries: int) -> float:
    """Seconds, with full jitter above a floor."""
    return min(MOST, FIRST * 2**tries) * random.uniform(0.5, 1)


def _helps(request: Request, failure: MillraceError) -> bool:
    if isinstance(failure, Unreachable):
        return request.repeatable or not failure.sent
    if isinstance(failure, LimitReached):
        return failure.retry_after is not None
    return isinstance(failure, StatusError) and failure.status in PASSING and request.repeatable
