"""`tasks.forget()`: forget what is long over."""

from millrace import broker
from millrace.errors import DatabaseUnavailable
from millrace.identity import forgetting
from millrace.schedules import runs
from millrace.telemetry import logger
from millrace.webhooks import sweep as webhooks

log = logger(__name__)


@broker.app().task(name=broker.FORGET, ignore_result=True)
def forget() -> None:
    """What cannot be forgotten now will be next time."""
    try:
        forgetting.forget()
        webhooks.forget()
        runs.forget()
    except DatabaseUnavailable:
        log.warning("nothing forgotten: the database is away")
