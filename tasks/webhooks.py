"""`tasks.webhooks()`: beat says that a round of the webhooks' sweep is due."""

from millrace import broker
from millrace.errors import DatabaseUnavailable
from millrace.jobs import bell
from millrace.telemetry import logger
from millrace.webhooks import sweep

log = logger(__name__)


@broker.app().task(name=broker.WEBHOOKS, ignore_result=True)
def webhooks() -> None:
    """Wake who sends, should something be due."""
    try:
        if sweep.sweep():
            bell.ring_all(broker.WEBHOOKS_QUEUE)
    except DatabaseUnavailable:
        log.warning("no webhooks swept: the database is away")
