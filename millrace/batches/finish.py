"""The end of a batch: its output and error files, what it used, its last state. Leased, and safe to do again."""

import json
from collections.abc import Iterator
from typing import Any

from millrace import broker, db, files, ids
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.lease import Step
from millrace.batches.output import ended
from millrace.files import By, Purpose
from millrace.jobs import bell

_FINALIZE = """
UPDATE batches SET state = CASE state WHEN 'in_progress' THEN 'finalizing' ELSE state END,
    finalizing_at = coalesce(finalizing_at, clock_timestamp())
WHERE id = %s AND step_lease = %s
"""

_SUMS = """
SELECT count(*) FILTER (WHERE j.state = 'succeeded')::int AS completed,
    count(*) FILTER (WHERE j.state <> 'succeeded')::int AS failed,
    count(*) FILTER (WHERE j.state = 'expired')::int AS expired,
    coalesce(sum(l.input_tokens), 0)::bigint AS input_tokens,
    coalesce(sum(l.cached_tokens), 0)::bigint AS cached_tokens,
    coalesce(sum(l.output_tokens), 0)::bigint AS output_tokens,
    coalesce(sum(l.nanos + l.overage_nanos), 0)::bigint AS nanos
FROM jobs j JOIN ledger_entries l ON l.job = j.id WHERE j.batch = %s
"""

_END = "SELECT end_batch(%s, %s, %s)"


def finish(step: Step) -> None:
    """All lines have ended. Raises LeaseLost, DatabaseUnavailable, BlobsUnavailable."""
    db.call(_FINALIZE, (step.batch.id, step.lease))
    batch = step.look()
    names = ("completed", "failed", "expired", "input_tokens", "cached_tokens", "output_tokens", "nanos")
    sums = dict(zip(names, db.call(_SUMS, (batch.id,))[0], strict=True))
    never_ran = batch.total - batch.inserted
    sums["failed"] += never_ran
    expired = sums.pop("expired") + never_ran
    state = "cancelled" if batch.state == "cancelling" else "expired" if expired else "completed"
    made = {"output_file": _file(step, good=True) if sums["completed"] else None}
    made["error_file"] = _file(step, good=False) if sums["failed"] else None
    _end(step, {"state": state, **made, **sums})


def refuse(step: Step, errors: str, lines: Iterator[bytes]) -> None:
    """Validation failed: nothing ran."""
    file = _stored(step.batch, "errors", lines)
    _end(step, {"state": "failed", "errors": json.loads(errors), "error_file": file})


def _end(step: Step, what: dict[str, Any]) -> None:
    if db.call(_END, (step.batch.id, step.lease, json.dumps(what)))[0][0]:
        bell.ring(broker.WEBHOOKS_QUEUE)


def _file(step: Step, *, good: bool) -> str:
    return _stored(step.batch, "output" if good else "errors", _lines(step, good))


def _lines(step: Step, good: bool) -> Iterator[bytes]:
    for line in ended(step.batch, good=good):
        step.keep()
        yield line.dump()


def _stored(batch: Batch, kind: str, lines: Iterator[bytes]) -> str:
    name = f"{ids.show(PREFIX, batch.id)}_{kind}.jsonl"
    by = By(batch.api_key, batch.user_id)
    made = files.store(batch.tenant, Purpose.batch_output, name, lines, expires_after=batch.output_life, by=by)
    return made.id
