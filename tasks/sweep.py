"""`tasks.sweep()`: beat says that a round is due."""

from millrace import broker
from millrace.errors import DatabaseUnavailable
from millrace.jobs import sweep as jobs_sweep
from millrace.telemetry import logger

log = logger(__name__)


@broker.app().task(name=broker.SWEEP, ignore_result=True)
def sweep() -> None:
    """One round of the sweep; without the database there is nothing to mend."""
    try:
        jobs_sweep.sweep()
    except DatabaseUnavailable:
        log.warning("no sweep: the database is away")
