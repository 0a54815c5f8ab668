"""The timetable. Every job on it is idempotent per window, so that two beats do no harm."""

from typing import Any

from millrace import broker
from millrace.settings import settings


def timetable() -> dict[str, dict[str, Any]]:
    """By name: which task, every how many seconds, on which queue."""
    every = settings().sweep_seconds
    return {
        "sweep": {
            "task": broker.SWEEP,
            "schedule": every,
            "options": {"queue": broker.queue(broker.SWEEP_QUEUE), "expires": every * 2, "retry": False},
        }
    }
