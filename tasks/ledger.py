"""`tasks.ledger()`: beat says that the ledger's minute is over."""

import threading

from millrace import broker
from millrace.errors import DatabaseUnavailable
from millrace.ledger import rounds
from millrace.telemetry import logger

log = logger(__name__)

_under_way = threading.Lock()


@broker.app().task(name=broker.LEDGER, ignore_result=True)
def ledger() -> None:
    """One round, beside the sweep, which must not wait for a long night; none while the last one is under way."""
    if _under_way.acquire(blocking=False):
        threading.Thread(target=_round, name="ledger", daemon=True).start()


def _round() -> None:
    try:
        rounds.minute()
    except DatabaseUnavailable:
        log.warning("no round of the ledger: the database is away")
    finally:
        _under_way.release()
