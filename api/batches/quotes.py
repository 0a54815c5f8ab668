"""What a batch would take, before it is accepted; and lines that failed, once more."""

import time
from typing import Any

from api.address import address
from api.auth import caller
from api.batches.answers import shown
from api.batches.batches import KEY, found, wanted
from api.batches.shapes import BatchInfo, NewBatch
from api.job_requests import idempotency_key
from api.operations import operation
from api.shapes import Problem
from millrace import ids
from millrace.batches import create
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.create import Wanted
from millrace.batches.find import find
from millrace.batches.retry import any_bad
from millrace.errors import Conflict
from millrace.identity.permissions import Permission

#: Seconds that a quote is waited for, and between two looks.
WAIT, LOOK = 20.0, 0.1


@operation(
    "POST /api/v1/batches/quote",
    summary="Quote a batch",
    tag="Batches",
    permission=Permission.batches_write,
    body=NewBatch,
    rate="POST /api/v1/batches/quote",
    answers={200: BatchInfo, 202: BatchInfo, 404: Problem, 409: Problem, 429: Problem},
)
def quote_batch(body: NewBatch) -> Any:
    """Tokens, cost by model, time, what the quotas leave. Nothing is reserved, nothing runs: `start` it within a day.

    202 when the file takes longer to read: look at it again. `failed`: the file has errors, which it lists.
    """
    made = create.create(caller(), wanted(body), address=address(), quote=True)
    batch = _quoted(made)
    return shown(batch), 202 if batch.state == "quoting" else 200


def _quoted(made: Batch) -> Batch:
    until = time.monotonic() + WAIT
    while made.state == "quoting" and time.monotonic() < until:
        time.sleep(LOOK)
        made = find(made.tenant, made.id)
    return made


@operation(
    "POST /api/v1/batches/<id>/start",
    summary="Start a quoted batch",
    tag="Batches",
    permission=Permission.batches_write,
    answers={202: BatchInfo, 404: Problem, 409: Problem},
)
def start_batch(id: str) -> Any:
    """What was quoted is run; its window begins now. Safe to repeat."""
    return shown(create.accept(caller().tenant, ids.parse(PREFIX, id))), 202


@operation(
    "POST /api/v1/batches/<id>/retry-failed",
    summary="Run failed lines again",
    tag="Batches",
    permission=Permission.batches_write,
    headers=KEY,
    answers={202: BatchInfo, 404: Problem, 409: Problem, 422: Problem},
)
def retry_failed(id: str) -> Any:
    """A new batch of just the lines that failed, expired or were cancelled, which names this one in `retry_of`."""
    batch = found(id)
    if not batch.ended:
        raise Conflict(f"The batch is {batch.state}. Only one that has ended can be retried; cancel it first.")
    if not any_bad(batch):
        raise Conflict("Every line succeeded: there is nothing to run again.")
    again = Wanted(batch.endpoint, None, batch.completion_window, retry_of=batch.id)
    return shown(create.create(caller(), again, address=address(), key=idempotency_key())), 202
