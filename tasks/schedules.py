"""`tasks.schedules()`: beat says that schedules may be due."""

import threading

from millrace import broker
from millrace.errors import DatabaseUnavailable
from millrace.schedules import firing
from millrace.telemetry import logger

log = logger(__name__)

#: Rounds under way at a time: one that pulls a large file must not keep other schedules.
ROUNDS = 8

_free = threading.Semaphore(ROUNDS)


@broker.app().task(name=broker.SCHEDULES, ignore_result=True)
def schedules() -> None:
    """From a thread of its own: the sweep shares this process, and must not wait for a bucket."""
    if _free.acquire(blocking=False):
        threading.Thread(target=_fire, name="schedules", daemon=True).start()


def _fire() -> None:
    try:
        firing.round()
    except DatabaseUnavailable:
        log.warning("no schedules fired: the database is away")
    except Exception:
        log.exception("schedules could not be fired")
    finally:
        _free.release()
