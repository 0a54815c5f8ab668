"""The delivery log as its tenant sees it: what was to be sent where, and what came of each try. Replay, and tests."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from millrace import db, ids
from millrace.errors import Conflict, NotFound
from millrace.webhooks.endpoints import Endpoint

_SELECT = """
SELECT d.id, d.tenant, d.endpoint, coalesce(e.url, o.url), o.id, o.type, o.subject, o.data, o.created_at, d.state,
    CASE WHEN d.state = 'pending' THEN d.next_try END, d.finished_at, (
        SELECT coalesce(json_agg(json_build_object(
            'status', a.status, 'error', a.error, 'response', a.response, 'seconds', a.seconds,
            'at', floor(extract(epoch FROM a.at))
        ) ORDER BY a.attempt), '[]') FROM webhook_attempts a WHERE a.delivery = d.id
    )
FROM webhook_deliveries d
JOIN webhook_outbox o ON o.id = d.event
LEFT JOIN webhook_endpoints e ON e.id = d.endpoint
WHERE d.tenant = %(tenant)s
"""

#: Of one that waits, now; of one that has ended, from the beginning. One that is being sent is sent once more.
_REPLAY = """
UPDATE webhook_deliveries d SET state = 'pending', failures = 0, next_try = clock_timestamp(), finished_at = NULL
WHERE d.id = %s AND d.tenant = %s AND (
    d.endpoint IS NULL OR EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = d.endpoint AND e.enabled)
) RETURNING d.id
"""

_EVENT = text("""
INSERT INTO webhook_outbox (id, tenant, type, subject, data, created_at)
VALUES (:event, :tenant, :type, :subject, :data, clock_timestamp())
""")

_DELIVERY = text("""
INSERT INTO webhook_deliveries (id, tenant, event, endpoint) VALUES (:id, :tenant, :event, :endpoint)
""")


@dataclass(frozen=True, slots=True)
class Delivery:
    """`endpoint` None: the target that the job or batch named. `data` and `attempts` are JSON texts."""

    id: str
    tenant: str
    endpoint: str | None
    url: str | None
    event: str
    type: str
    subject: str
    data: str
    created_at: datetime
    state: str
    next_try: datetime | None
    finished_at: datetime | None
    attempts: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; `subject`: a job or a batch; `after`: the last delivery of the page before."""

    endpoint: str | None = None
    subject: str | None = None
    state: str | None = None
    after: str | None = None


def find(tenant: str, id: str | None) -> Delivery:
    """Raises NotFound."""
    rows = db.call(_SELECT + "AND d.id = %(id)s", {"tenant": tenant, "id": id}, tenants=[tenant]) if id else []
    if not rows:
        raise NotFound("No such delivery.")
    return Delivery(*rows[0])


def find_all(tenant: str, filters: Filters, limit: int) -> list[Delivery]:
    """A tenant's deliveries, newest first."""
    where = {
        "endpoint": "AND d.target = %(endpoint)s",
        "subject": "AND d.event IN (SELECT s.id FROM webhook_outbox s WHERE s.subject = %(subject)s)",
        "state": "AND d.state = %(state)s",
        "after": "AND d.id < %(after)s",
    }
    given: dict[str, Any] = {name: getattr(filters, name) for name in where}
    chosen = " ".join(clause for name, clause in where.items() if given[name] is not None)
    statement = f"{_SELECT} {chosen} ORDER BY d.id DESC LIMIT %(limit)s"
    rows = db.call(statement, given | {"tenant": tenant, "limit": limit}, tenants=[tenant])
    return [Delivery(*row) for row in rows]


def replay(tenant: str, id: str | None) -> Delivery:
    """Have it sent again, with the same `webhook-id`. Raises NotFound, Conflict where its endpoint takes nothing."""
    found = find(tenant, id)
    if not db.call(_REPLAY, (found.id, tenant), tenants=[tenant]):
        raise Conflict("The endpoint of this delivery is disabled or deleted. Enable it first.")
    return find(tenant, found.id)


def test(endpoint: Endpoint, type: str, subject: str) -> Delivery:
    """Have a made-up event of this type sent to an endpoint, whatever types it asked for. Raises Conflict."""
    if not endpoint.enabled:
        raise Conflict("The endpoint is disabled. Enable it first.")
    given = {"tenant": endpoint.tenant, "event": ids.new(), "type": type, "subject": subject}
    delivery = ids.new()
    with db.transaction(tenants=[endpoint.tenant]) as connection:
        connection.execute(_EVENT, given | {"data": json.dumps({"test": True})})
        connection.execute(_DELIVERY, given | {"id": delivery, "endpoint": endpoint.id})
    return find(endpoint.tenant, delivery)
