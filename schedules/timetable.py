"""The timetable. Every job on it is idempotent per window, so that two beats do no harm."""

from typing import Any

from millrace import broker
from millrace.settings import settings

FORGET_SECONDS = 6 * 3600.0
LEDGER_SECONDS = 60.0
COMPARE_SECONDS = 5.0

#: Sweeps between two of files: what is over is gone for everybody at once, and only takes up room.
FILES_SWEEPS = 10


def timetable() -> dict[str, dict[str, Any]]:
    """By name: which task, every how many seconds, on which queue."""
    every = settings().sweep_seconds
    return {
        "sweep": _swept(broker.SWEEP, every),
        "forget": _swept(broker.FORGET, FORGET_SECONDS),
        "ledger": _swept(broker.LEDGER, LEDGER_SECONDS),
        "compare": _swept(broker.COMPARE, COMPARE_SECONDS),
        "files": _swept(broker.FILES, every * FILES_SWEEPS),
    }


def _swept(task: str, every: float) -> dict[str, Any]:
    """On the sweep's queue; a message that nobody took in time is not worth having."""
    options = {"queue": broker.queue(broker.SWEEP_QUEUE), "expires": every * 2, "retry": False}
    return {"task": task, "schedule": every, "options": options}
