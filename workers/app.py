"""The Celery application as the workers, beat's messages and Flower know it: `celery -A workers.app ...`."""

from millrace import broker
from tasks import compare, deliver, dispatch, files, forget, ledger, mail, sweep, webhooks

app = broker.app()

__all__ = ["app", "compare", "deliver", "dispatch", "files", "forget", "ledger", "mail", "sweep", "webhooks"]
