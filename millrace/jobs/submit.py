"""Submit: one transaction (idempotency row, quota reservation, job), shared by the submits that fall together."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

import psycopg2

from millrace import crypto, db, ids, master
from millrace.cache.plan import Plan
from millrace.catalog.catalog import Model
from millrace.crypto import fields
from millrace.errors import KeyReused
from millrace.grouping import Grouped
from millrace.jobs import bell
from millrace.jobs.classes import Class
from millrace.jobs.position import expected_seconds
from millrace.ledger.estimate import reserved_tokens
from millrace.ledger.exceeded import exceeded
from millrace.routing.values import Route
from millrace.vendor_keys.brought import is_brought

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
    #: Why this model answers, and which others may (millrace/jobs/route.py).
    route: Route | None = None
    #: How the request goes by the caches, if it does.
    caching: Plan | None = None
    #: Where it wants to be told of its end: `{url, events}` (migrations/functions/webhook_url.sql).
    webhook: dict[str, Any] | None = None
    #: A response that nobody waits for.
    background: bool = False

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
class Row:
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
    cache_key: str | None
    route: dict[str, Any] | None
    webhook: dict[str, Any] | None
    background: bool
    #: No money is reserved: the tenant pays the vendor itself, as far as one knows now.
    own_key: bool
    #: In which it is inserted, where it never waits (millrace/jobs/answer.py).
    state: str | None = None


def submit(submission: Submission, id: str | None = None) -> Accepted:
    """Accept a job durably, and ring its lane. `id` lets a waiter be registered before the job can answer.

    Raises KeyReused, QuotaExceeded, DatabaseUnavailable (then it may have been accepted: send the same key again).
    """
    row = row_of(submission, id or ids.new())
    outcome, job = _submit(row)
    if outcome == "reused":
        raise KeyReused
    if outcome == "accepted":
        bell.ring(row.lane)
    return Accepted(job, new=outcome == "accepted")


def as_text(body: dict[str, Any]) -> str:
    """A request as it is kept."""
    return json.dumps(body, separators=(",", ":"))


def row_of(submission: Submission, id: str) -> Row:
    """As submit_jobs wants it, its body sealed."""
    body = as_text(submission.body)
    model = submission.model
    reserved = reserved_tokens(submission.endpoint, submission.body, model.context, model.max_output)
    return Row(
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
        cache_key=submission.caching.key if submission.caching else None,
        route=kept(submission.route),
        webhook=submission.webhook,
        background=submission.background,
        own_key=is_brought(submission.tenant, model),
    )


def kept(route: Route | None) -> dict[str, Any] | None:
    """A route as it lies with its job; none where there was nothing to choose."""
    return route.as_dict() if route and (route.chain or route.asked != route.model) else None


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
    # Hashes of requests that name none stay as they were.
    same += [submission.webhook] if submission.webhook else []
    # Keyed: it outlives the request, and nobody shall try prompts on it.
    return hmac.digest(_prompt_key(), json.dumps(same, sort_keys=True).encode(), hashlib.sha256).hex()


def _delay(run_after: datetime | None) -> float | None:
    """Seconds from now, or None when it is due."""
    if run_after is None:
        return None
    seconds = (run_after - datetime.now(run_after.tzinfo)).total_seconds()
    return seconds if seconds > 0 else None


def _submit_group(rows: Sequence[Row]) -> list[tuple[str, str]]:
    keyed = any(row.key for row in rows)
    items = json.dumps([item_of(row) for row in in_order(rows)])
    found = called(_SUBMIT, (items, keyed), {row.tenant for row in rows})
    if not keyed:
        return [("accepted", row.id) for row in rows]
    outcomes = {row.id: outcome for row, outcome in zip(in_order(rows), found, strict=True)}
    return [outcomes[row.id] for row in rows]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """In which their tenants' rows are locked."""
    return sorted(rows, key=lambda row: row.tenant)


def item_of(row: Row) -> dict[str, Any]:
    """As submit_jobs reads it. (Not `asdict`, which copies what is in it.)"""
    return dict(zip(_NAMES, _values(row), strict=True))


_FIELDS = [each.name for each in dataclass_fields(Row)]
_NAMES = ["class" if name == "class_" else name for name in _FIELDS]
_values = attrgetter(*_FIELDS)


def called(statement: str, parameters: Sequence[Any], tenants: set[str]) -> list[tuple[str, str]]:
    """What a statement answers that accepts jobs of these tenants. Raises QuotaExceeded, DatabaseUnavailable."""
    try:
        return [(row[0], row[1]) for row in db.call(statement, parameters, tenants=tenants)]
    except psycopg2.Error as failure:
        if failure.pgcode == QUOTA:
            raise exceeded(failure.diag.message_detail) from None
        raise


_submit = Grouped(_submit_group, most=64)
