"""Alerts: what an operator should look at. One is settled by whoever has looked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from millrace import db
from millrace.errors import NotFound

_LIST = """
SELECT id, kind, tenant, about, details, raised_at, settled_at FROM alerts a
WHERE (NOT %(open)s OR settled_at IS NULL) AND (%(after)s::uuid IS NULL OR (raised_at, id) < (
    SELECT b.raised_at, b.id FROM alerts b WHERE b.id = %(after)s
))
ORDER BY raised_at DESC, id DESC LIMIT %(limit)s
"""

_SETTLE = text("UPDATE alerts SET settled_at = coalesce(settled_at, now()) WHERE id = :id RETURNING tenant")


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened; `details` is JSON text."""

    id: str
    kind: str
    tenant: str | None
    about: str
    details: str
    raised_at: datetime
    settled_at: datetime | None


def alerts(only_open: bool, after: str | None, limit: int) -> list[Alert]:
    """Newest first."""
    return [Alert(*row) for row in db.call(_LIST, {"open": only_open, "after": after, "limit": limit})]


def settle(connection: Connection, id: str) -> str | None:
    """Mark it as looked at; safe to repeat. The tenant it is about, if it is about one. Raises NotFound."""
    row = connection.execute(_SETTLE, {"id": id}).first()
    if row is None:
        raise NotFound
    return str(row[0]) if row[0] else None
