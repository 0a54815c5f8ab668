"""Redis is away: for some seconds after it failed nobody here asks it, so that no request waits for a dead server."""

import time

from millrace.telemetry import logger

log = logger(__name__)

#: Seconds.
PAUSE = 3.0

_until = 0.0


def is_away() -> bool:
    return time.monotonic() < _until


def note(failure: Exception) -> None:
    """It has just failed."""
    global _until
    _until = time.monotonic() + PAUSE
    log.warning("limits go on without Redis", failure=type(failure).__name__)
