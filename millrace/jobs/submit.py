"""Submit: one transaction (idempotency row, quota reservation, job), shared by the submits that fall together."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg2

from millrace import crypto, db, ids, master
from millrace.catalog.catalog import Model
from millrace.crypto import fields
from millrace.errors import KeyReused
from millrace.grouping import Grouped
from millrace.jobs import bell
from millrace.jobs.classes import Class
from millrace.jobs.position import expected_seconds
from millrace.ledger.estimate import reserved_tokens
from millrace.ledger.exceeded import exceeded

#: SQLSTATE that reserve_quotas raises.
QUOTA = "MR429"

_SUBMIT = "SELECT outcome, job FROM submit_jobs(%s, %s)"


@dataclass(slots=True)
class Submission:
    """A job to be: what to ask, of which model, for whom, and how it may be run."""

    tenant: str
    model: Model
    endpoint: str
    body: dict[str, Any]
    of_class: Class = Class.job
    key: str | None = None
    run_after: datetime | None = None
    deadline: datetime | None = None
    max_attempts: int = 3
    metadata: dict[str, str] | None = None
    reply_to: str | None = None
    retry_of: str | None = None
    #: Who asks: the key or the user, and from where.
    api_key: str | None = None
    user: str | None = None
    address: str | None = None
    #: The API process whose caller waits: the job is cancelled when that is gone (millrace/jobs/owner.py).
    owner: str | None = None

    @property
    def store(self) -> bool:
        """False when the request says that nothing is to be kept after delivery (millrace/jobs/forget.py)."""
        return self.body.get("store") is not False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The job that answers a submission; not `new` when the same key had made it before."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """One item of submit_jobs."""

    id: str
    tenant: str
    lane: str
    class_: int
    model: str
    endpoint: str
    body: str
    stream: bool
    metadata: dict[str, str] | None
    key: str | None
    hash: str | None
    delay: float | None
    deadline: str | None
    max_attempts: int
    cost: float
    tokens: int
    output_tokens: int
    reply_to: str | None
    retry_of: str | None
    api_key: str | None
    user_id: str | None
    address: str | None
    prompt_hash: str | None
    store: bool
    owner: str | None


def submit(submission: Submission, id: str | None = None) -> Accepted:
    """Accept a job durably, and ring its lane. `id` lets a waiter be registered before the job can answer.

    Raises KeyReused, QuotaExceeded, DatabaseUnavailable (then it may have been accepted: send the same key again).
    """
    row = _row(submission, id or ids.new())
    outcome, job = _submit(row)
    if outcome == "reused":
        raise KeyReused
    if outcome == "accepted":
        bell.ring(row.lane)
    return Accepted(job, new=outcome == "accepted")


def _row(submission: Submission, id: str) -> _Row:
    body = json.dumps(submission.body, separators=(",", ":"))
    model = submission.model
    reserved = reserved_tokens(submission.endpoint, submission.body, model.context, model.max_output)
    return _Row(
        id=id,
        tenant=submission.tenant,
        lane=submission.model.lane,
        class_=submission.of_class,
        model=submission.model.name,
        endpoint=submission.endpoint,
        body=crypto.seal(body, fields.REQUEST.of(id)),
        stream=wants_deltas(submission),
        metadata=submission.metadata,
        key=submission.key,
        hash=fingerprint(submission) if submission.key else None,
        delay=_delay(submission.run_after),
        deadline=submission.deadline.isoformat() if submission.deadline else None,
        max_attempts=submission.max_attempts,
        cost=expected_seconds(submission.model.lane),
        tokens=sum(reserved),
        output_tokens=reserved[1],
        reply_to=submission.reply_to,
        retry_of=submission.retry_of,
        api_key=submission.api_key,
        user_id=submission.user,
        address=submission.address,
        prompt_hash=prompt_hash(body) if submission.store else None,
        store=submission.store,
        owner=submission.owner,
    )


def wants_deltas(submission: Submission) -> bool:
    """Deltas are logged unless the body says `stream: false`; of batch lines and embeddings only if it says true."""
    if "embeddings" in submission.endpoint:
        return False
    return bool(submission.body.get("stream", submission.of_class != Class.batch))


@lru_cache
def _prompt_key() -> bytes:
    return master.derive("prompt hash")


def prompt_hash(body: str) -> str:
    """What the request log keeps of a request: equal requests have equal hashes, and nobody can try prompts on it."""
    return hmac.digest(_prompt_key(), body.encode(), hashlib.sha256).hex()


def fingerprint(submission: Submission) -> str:
    """What makes two requests under one Idempotency-Key the same."""
    same = [
        submission.endpoint,
        submission.body,
        submission.of_class,
        submission.run_after and submission.run_after.isoformat(),
        submission.deadline and submission.deadline.isoformat(),
        submission.max_attempts,
        submission.metadata,
        submission.retry_of,
    ]
    # Keyed: it outlives the request, and nobody shall try prompts on it.
    return hmac.digest(_prompt_key(), json.dumps(same, sort_keys=True).encode(), hashlib.sha256).hex()


def _delay(run_after: datetime | None) -> float | None:
    """Seconds from now, or None when it is due."""
    if run_after is None:
        return None
    seconds = (run_after - datetime.now(run_after.tzinfo)).total_seconds()
    return seconds if seconds > 0 else None


def _submit_group(rows: Sequence[_Row]) -> list[tuple[str, str]]:
    items = [asdict(row) for row in sorted(rows, key=lambda row: row.tenant)]
    for item in items:
        item["class"] = item.pop("class_")
    keyed = any(row.key for row in rows)
    try:
        tenants = {row.tenant for row in rows}
        found = db.call(_SUBMIT, (json.dumps(items), keyed), tenants=tenants)
    except psycopg2.Error as failure:
        if failure.pgcode == QUOTA:
            raise exceeded(failure.diag.message_detail) from None
        raise
    if not keyed:
        return [("accepted", row.id) for row in rows]
    outcomes = {item["id"]: outcome for item, outcome in zip(items, found, strict=True)}
    return [(outcomes[row.id][0], outcomes[row.id][1]) for row in rows]


_submit = Grouped(_submit_group, most=64)
