"""`tasks.batches(lane)`: a batch has a step to take. `tasks.watch_batches()`: beat asks whether one has."""

from millrace import broker
from millrace.batches import create, lease, step
from millrace.errors import DatabaseUnavailable
from millrace.jobs import bell
from millrace.telemetry import logger

log = logger(__name__)


@broker.app().task(name=broker.BATCHES, ignore_result=True)
def batches(lane: str) -> None:
    """Until no batch has a step to take."""
    bell.answered(lane)
    try:
        step.work()
    except DatabaseUnavailable:
        log.warning("no steps of batches: the database is away")


@broker.app().task(name=broker.WATCH_BATCHES, ignore_result=True)
def watch_batches() -> None:
    """Rings for batches whose lines have all ended, whose window is over, whose process died."""
    try:
        create.forget_quotes()
        if lease.any_waits():
            bell.wake(broker.BATCHES_QUEUE)
    except DatabaseUnavailable:
        log.warning("batches not looked at: the database is away")
