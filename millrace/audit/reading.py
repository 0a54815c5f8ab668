"""Reading the audit log, newest first: a tenant's own rows, or everybody's for those who run the platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from millrace import db

_COLUMNS = "id, at, tenant, actor, act, target, details, address, seq, hash"

#: Of one tenant: as the API, it sees no other's, whatever this says.
_OWN = f"""
SELECT {_COLUMNS} FROM audit_log a WHERE a.tenant = %(tenant)s
AND (%(act)s::text IS NULL OR a.act = %(act)s) AND (%(actor)s::text IS NULL OR a.actor = %(actor)s)
AND (%(target)s::text IS NULL OR a.target = %(target)s)
AND (%(since)s::timestamptz IS NULL OR a.at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR a.at < %(until)s)
AND (%(after)s::uuid IS NULL OR a.seq < (SELECT b.seq FROM audit_log b WHERE b.id = %(after)s))
ORDER BY a.seq DESC LIMIT %(limit)s
"""

_ALL = f"""
SELECT {_COLUMNS}
FROM audit_entries(%(tenant)s, %(act)s, %(actor)s, %(target)s, %(since)s, %(until)s, %(after)s, %(limit)s)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `details` is JSON text."""

    id: str
    at: datetime
    tenant: str | None
    actor: str
    act: str
    target: str | None
    details: str
    address: str | None
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; `after` is the last entry of the page before."""

    act: str | None = None
    actor: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None


def of_tenant(tenant: str, filters: Filters, limit: int) -> list[Entry]:
    return _entries(db.call(_OWN, _parameters(tenant, filters, limit), tenants=[tenant]))


def of_all(tenant: str | None, filters: Filters, limit: int) -> list[Entry]:
    """Across tenants; or of one, whoever asks."""
    return _entries(db.call(_ALL, _parameters(tenant, filters, limit)))


def _parameters(tenant: str | None, filters: Filters, limit: int) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "act": filters.act,
        "actor": filters.actor,
        "target": filters.target,
        "since": filters.since,
        "until": filters.until,
        "after": filters.after,
        "limit": limit,
    }


def _entries(rows: Sequence[tuple[Any, ...]]) -> list[Entry]:
    return [Entry(*[*row[:9], bytes(row[9])]) for row in rows]
