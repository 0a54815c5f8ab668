"""`tasks.batches(lane)`: a batch has a step to take."""

from millrace import broker
from millrace.batches import step
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
