"""`tasks.compare()`: comparisons that nobody looks at go on."""

import threading

from millrace import broker
from millrace.comparisons import sweep
from millrace.errors import DatabaseUnavailable
from millrace.telemetry import logger

log = logger(__name__)

#: Held by who looks.
_looking = threading.Lock()


@broker.app().task(name=broker.COMPARE, ignore_result=True)
def compare() -> None:
    """From a thread of its own: the sweep shares this process, and must not wait for answers to be graded."""
    if _looking.acquire(blocking=False):
        threading.Thread(target=_look, name="compare", daemon=True).start()


def _look() -> None:
    try:
        sweep.sweep()
    except DatabaseUnavailable:
        log.warning("comparisons were not looked at: the database is away")
    except Exception:
        log.exception("comparisons could not be looked at")
    finally:
        _looking.release()
