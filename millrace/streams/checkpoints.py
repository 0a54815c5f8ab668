"""Partial text, written to Postgres every two seconds: what a reader gets when the replay window is lost."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from millrace import crypto, db
from millrace.crypto import fields

#: Seconds between two checkpoints of a running job.
EVERY = 2.0

_WRITE = """
INSERT INTO job_checkpoints (job, tenant, event, text)
SELECT held.id, held.tenant, held.event, held.text FROM (
    SELECT x.id, j.tenant, x.event, x.text
    FROM json_to_recordset(%s) AS x (id uuid, lease uuid, event bigint, text text)
    JOIN jobs j ON j.id = x.id
    WHERE j.state = 'running' AND j.lease = x.lease
    ORDER BY j.id FOR SHARE OF j
) held
ON CONFLICT (job) DO UPDATE SET event = excluded.event, text = excluded.text, written_at = now()
RETURNING job
"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The texts of a job as of the event of that number, under the lease that wrote them."""

    id: str
    lease: str
    event: int
    text: str


def write(checkpoints: Sequence[Checkpoint]) -> set[str]:
    """Write them in one statement; the jobs whose lease still held. Who is not among them has lost its job."""
    rows = db.call(_WRITE, (json.dumps([_item(each) for each in checkpoints]),))
    return {row[0] for row in rows}


def _item(checkpoint: Checkpoint) -> dict[str, Any]:
    return asdict(checkpoint) | {"text": crypto.seal(checkpoint.text, fields.TEXT.of(checkpoint.id))}
