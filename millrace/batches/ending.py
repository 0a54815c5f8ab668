"""Ending lines that wait or run: of a batch that is cancelled, or whose window is over. In blocks, by settling."""

import json
from typing import Literal

from millrace import db
from millrace.batches.batch import Batch
from millrace.batches.lease import Step
from millrace.jobs.cancel import publish
from millrace.jobs.settle import Settlement, settle_all

#: Jobs of one block.
BLOCK = 500

Why = Literal["cancelled", "expired"]

#: As OpenAI says it of a line.
ERRORS = {
    "cancelled": {"code": "batch_cancelled", "message": "This line had not run when the batch was cancelled."},
    "expired": {"code": "batch_expired", "message": "This line had not run when the completion window was over."},
}

_WAITING = "SELECT id FROM jobs WHERE batch = %s AND state = 'queued' ORDER BY line LIMIT %s"

_STOP = """
UPDATE jobs SET cancel_requested = true WHERE batch = %s AND state = 'running' AND NOT cancel_requested RETURNING id
"""

_UNFINISHED = "SELECT 1 FROM jobs WHERE batch = %s AND state IN ('queued', 'running') LIMIT 1"


def end_waiting(step: Step, why: Why) -> None:
    """Every line that waits in a queue. Raises LeaseLost."""
    error = json.dumps(ERRORS[why])
    while ids := [row[0] for row in db.call(_WAITING, (step.batch.id, BLOCK))]:
        step.keep()
        settle_all([Settlement(id, step.batch.tenant, None, why, error=error) for id in ids])


def stop_running(batch: Batch) -> None:
    """Have those that run cut short, within a second."""
    for (id,) in db.call(_STOP, (batch.id,), tenants=[batch.tenant]):
        publish(id)


def unfinished(batch: Batch) -> bool:
    return bool(db.call(_UNFINISHED, (batch.id,), tenants=[batch.tenant]))
