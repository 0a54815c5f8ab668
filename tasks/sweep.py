"""`tasks.sweep()`: beat says that a round is due of all that somebody may be waiting for.

One message for all of it: one for each would cost a machine that idles five times as much.
"""

from collections.abc import Callable

from millrace import broker
from millrace.batches import create, lease
from millrace.errors import DatabaseUnavailable
from millrace.jobs import bell
from millrace.jobs.sweep import sweep as sweep_jobs
from millrace.mail.deliver import deliver
from millrace.schedules import firing
from millrace.telemetry import logger
from millrace.webhooks.sweep import sweep as sweep_webhooks
from tasks.rounds import Rounds

log = logger(__name__)


def _webhooks() -> None:
    """Wake who sends, should something be due."""
    if sweep_webhooks():
        bell.ring_all(broker.WEBHOOKS_QUEUE)


def _batches() -> None:
    """Wake who takes steps: for batches whose lines have all ended, whose window is over, whose process died."""
    create.forget_quotes()
    if lease.any_waits():
        bell.wake(broker.BATCHES_QUEUE)


#: A mail server that hangs keeps nobody waiting, nor does a schedule that pulls a large file.
ROUNDS: dict[str, Callable[[], object]] = {
    "jobs": sweep_jobs,
    "webhooks": _webhooks,
    "batches": _batches,
    "schedules": Rounds("schedules", firing.round, most=8).begin,
    "mail": Rounds("mail", deliver).begin,
}


@broker.app().task(name=broker.SWEEP, ignore_result=True)
def sweep() -> None:
    """One round of each; what fails in one is told in the log, and keeps none of the others."""
    for name, work in ROUNDS.items():
        try:
            work()
        except DatabaseUnavailable:
            log.warning("no sweep: the database is away", of=name)
        except Exception:
            log.exception("a sweep failed", of=name)
