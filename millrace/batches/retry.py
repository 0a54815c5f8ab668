"""The lines of a batch that failed, expired or were cancelled, once more: a child batch, with a file of just these."""

import json
from collections.abc import Iterator
from typing import Any

from millrace import crypto, db, files, ids
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.find import find
from millrace.batches.lease import LeaseLost, Step
from millrace.batches.rest import left
from millrace.crypto import fields
from millrace.files import By, Purpose

_BAD = """
SELECT j.id, j.line, r.custom_id, r.endpoint, r.body FROM jobs j JOIN job_requests r ON r.job = j.id
WHERE j.batch = %s AND j.tenant = %s AND j.line > %s AND j.state IN ('failed', 'expired', 'cancelled') AND r.body <> ''
ORDER BY j.line LIMIT %s
"""

_ANY = """
SELECT 1 FROM jobs WHERE batch = %s AND tenant = %s AND state IN ('failed', 'expired', 'cancelled') LIMIT 1
"""

_KEEP = "UPDATE batches SET input_file = %s WHERE id = %s AND step_lease = %s RETURNING 1"

#: Lines read at a time.
BLOCK = 200


def any_bad(batch: Batch) -> bool:
    """Whether there is a line to run again."""
    return (batch.over and batch.inserted < batch.total) or bool(
        db.call(_ANY, (batch.id, batch.tenant), tenants=[batch.tenant])
    )


def make_input(step: Step) -> None:
    """The file of a child batch, from its parent's lines. Raises LeaseLost, BlobsUnavailable."""
    batch = step.batch
    assert batch.retry_of is not None
    name, by = f"{ids.show(PREFIX, batch.retry_of)}_retry.jsonl", By(batch.api_key, batch.user_id)
    lines = _lines(step, batch.retry_of)
    made = files.store(batch.tenant, Purpose.batch, name, lines, expires_after=None, by=by)
    if not db.call(_KEEP, (made.id, batch.id, step.lease)):
        raise LeaseLost
    step.look()


def _lines(step: Step, parent: str) -> Iterator[bytes]:
    at = 0
    while rows := db.call(_BAD, (parent, step.batch.tenant, at, BLOCK)):
        step.keep()
        for job, at, custom_id, endpoint, sealed in rows:  # noqa: B007
            body = json.loads(crypto.unseal(sealed, fields.REQUEST.of(job)))
            yield _line(custom_id, endpoint, body)
    whole = find(step.batch.tenant, parent)
    for each in left(whole):
        step.keep()
        yield _line(each.request.custom_id, whole.endpoint, each.request.body)


def _line(custom_id: str, endpoint: str, body: Any) -> bytes:
    made = {"custom_id": custom_id, "method": "POST", "url": endpoint, "body": body}
    return json.dumps(made).encode() + b"\n"
