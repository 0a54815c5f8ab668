"""The Celery application as the workers, beat's messages and Flower know it: `celery -A workers.app ...`."""

from millrace import broker
from tasks import dispatch, forget, ledger, mail, sweep

app = broker.app()

__all__ = ["app", "dispatch", "forget", "ledger", "mail", "sweep"]
