"""The Celery application as the workers, beat's messages and Flower know it: `celery -A workers.app ...`."""

from millrace import broker
from tasks import batches, compare, deliver, dispatch, files, forget, ledger, sweep

app = broker.app()

__all__ = ["app", "batches", "compare", "deliver", "dispatch", "files", "forget", "ledger", "sweep"]
