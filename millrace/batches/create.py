"""Asking for a batch, or for a quote of one."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from millrace import broker, crypto, db, files, ids
from millrace.batches import windows
from millrace.batches.batch import Batch
from millrace.batches.find import find
from millrace.crypto.fields import BATCH_TEMPLATE
from millrace.errors import Conflict, KeyReused
from millrace.identity.caller import Caller
from millrace.jobs import bell

_INSERT = """
INSERT INTO batches (
    id, tenant, state, endpoint, input_file, template, completion_window, deadline, off_peak, metadata, output_life,
    api_key, user_id, address, models, retry_of, webhook, idempotency_key, request_hash, created_at
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, make_interval(secs => %s), %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""

_OF_KEY = "SELECT id, request_hash FROM batches WHERE tenant = %s AND idempotency_key = %s"

_ACCEPT = """
UPDATE batches SET state = 'validating', created_at = clock_timestamp(), step_until = NULL,
    deadline = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND tenant = %s AND state = 'quoted' RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `template`: `{custom_id, body}` for the rows of a CSV file."""

    endpoint: str
    input_file: str | None
    completion_window: str = "24h"
    metadata: dict[str, str] | None = None
    output_seconds: float | None = None
    template: dict[str, Any] | None = None
    webhook: dict[str, Any] | None = None
    retry_of: str | None = None


def create(
    caller: Caller, wanted: Wanted, *, address: str | None, key: str | None = None, quote: bool = False
) -> Batch:
    """It is there, and will be validated. The same `key` gives the same batch. Raises NotFound, KeyReused."""
    if wanted.input_file is not None:
        _check(files.find(caller.tenant, wanted.input_file).purpose)
    id, hash = ids.new(), _hash(wanted) if key else None
    if not _insert(id, caller, wanted, address, key, hash, "quoting" if quote else "validating"):
        id, made_by = db.call(_OF_KEY, (caller.tenant, key), tenants=[caller.tenant])[0]
        if made_by != hash:
            raise KeyReused
    bell.ring(broker.BATCHES_QUEUE)
    return find(caller.tenant, id)


def accept(tenant: str, id: str | None) -> Batch:
    """Start what was quoted; its window begins now. Raises NotFound, Conflict."""
    batch = find(tenant, id)
    seconds = windows.SECONDS[batch.completion_window]
    if not db.call(_ACCEPT, (seconds, batch.id, tenant), tenants=[tenant]) and batch.state in ("quoting", "failed"):
        raise Conflict("The quote is not ready yet." if batch.state == "quoting" else "The file has errors.")
    bell.ring(broker.BATCHES_QUEUE)
    return find(tenant, batch.id)


def made_under(tenant: str, key: str) -> str | None:
    """The batch that this key has made."""
    rows = db.call(_OF_KEY, (tenant, key), tenants=[tenant])
    return rows[0][0] if rows else None


def _check(purpose: str) -> None:
    if purpose != "batch":
        raise Conflict(f"The file's purpose is {purpose}. Upload it with the purpose batch.")


def _hash(wanted: Wanted) -> str:
    return hashlib.sha256(json.dumps(asdict(wanted), sort_keys=True).encode()).hexdigest()


def _insert(
    id: str, caller: Caller, wanted: Wanted, address: str | None, key: str | None, hash: str | None, state: str
) -> bool:
    """False where the key has made a batch before."""
    now = datetime.now(UTC)
    window, template = wanted.completion_window, wanted.template
    made = (
        id, caller.tenant, state, wanted.endpoint, wanted.input_file,
        crypto.seal(json.dumps(template), BATCH_TEMPLATE.of(id)) if template else None,
        window, windows.deadline(window, now), window == windows.OFF_PEAK,
        json.dumps(wanted.metadata) if wanted.metadata else None, wanted.output_seconds,
        caller.key, caller.user, address, sorted(caller.models) if caller.models is not None else None,
        wanted.retry_of, json.dumps(wanted.webhook) if wanted.webhook else None, key, hash, now,
    )  # fmt: skip
    with db.transaction(tenants=[caller.tenant]) as connection:
        return bool(connection.exec_driver_sql(_INSERT, made).rowcount)


#: How long a quote that nobody accepts is kept.
QUOTED = timedelta(days=1)


def forget_quotes() -> None:
    """Quotes that nobody has accepted."""
    db.call("DELETE FROM batches WHERE state = 'quoted' AND created_at < clock_timestamp() - %s", (QUOTED,))
