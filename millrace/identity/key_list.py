"""API keys as their tenant sees them: everything but the key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from millrace import db
from millrace.errors import NotFound
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission

_SELECT = """
SELECT k.id, k.tenant, k.name, k.hint, k.tier, k.scopes, k.models, k.requests_per_hour, q.hard_limit, k.created_by,
    k.created_at, k.last_used_at, k.expires_at, k.revoked_at, k.replaced_by
FROM api_keys k
LEFT JOIN quotas q ON q.tenant = k.tenant AND q.api_key = k.id AND q.unit = 'nanos' AND q.model IS NULL AND q.own
WHERE k.tenant = :tenant
"""

#: Their own: what they made, and the key that asks.
_OWN = "AND (:all OR k.created_by = CAST(:user AS uuid) OR k.id = CAST(:key AS uuid))"

_ONE = f"{_SELECT} AND k.id = CAST(:id AS uuid) {_OWN}"

_PAGE = f"""{_SELECT} {_OWN} AND (CAST(:after AS uuid) IS NULL OR k.id < CAST(:after AS uuid))
ORDER BY k.id DESC LIMIT :limit"""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. `tier`, `scopes`, `models`: None is the tenant's. `budget`: nano-dollars a month."""

    id: str
    tenant: str
    name: str
    hint: str
    tier: str | None
    scopes: list[str] | None
    models: list[str] | None
    requests_per_hour: int | None
    budget: int | None
    created_by: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None


def find_all(caller: Caller, after: str | None, limit: int) -> list[Key]:
    """One's own, or with keys:admin the tenant's, newest first, from the one after `after`."""
    with db.transaction(tenants=[caller.tenant]) as connection:
        rows = connection.execute(text(_PAGE), _scope(caller) | {"after": after, "limit": limit})
        return [Key(*row) for row in rows]


def find(caller: Caller, id: str | None) -> Key:
    """Raises NotFound, also where it is somebody else's."""
    with db.transaction(tenants=[caller.tenant]) as connection:
        return find_in(connection, caller, id)


def find_in(connection: Connection, caller: Caller, id: str | None, lock: bool = False) -> Key:
    """In a transaction; locked for a change of it. Raises NotFound."""
    sql = f"{_ONE} FOR NO KEY UPDATE OF k" if lock else _ONE
    found = connection.execute(text(sql), _scope(caller) | {"id": id}).one_or_none()
    if found is None:
        raise NotFound
    return Key(*found)


def _scope(caller: Caller) -> dict[str, Any]:
    every = caller.may(Permission.keys_admin)
    return {"tenant": caller.tenant, "all": every, "user": caller.user, "key": caller.key}
