"""The rows of API keys: written in the transaction of whoever changes them (key_changes.py)."""

from dataclasses import asdict

from sqlalchemy import Connection, text

from millrace.errors import Conflict
from millrace.identity import keys
from millrace.identity.key_list import Key

#: Keys in force that a tenant may have.
MOST = 10_000

_INSERT = """
INSERT INTO api_keys (id, tenant, name, hash, hint, tier, scopes, models, requests_per_hour, expires_at, created_by)
SELECT CAST(:id AS uuid), :tenant, :name, :hash, :hint, :tier, CAST(:scopes AS text[]), CAST(:models AS text[]),
    :requests_per_hour, :expires_at, CAST(:created_by AS uuid)
WHERE (SELECT count(*) FROM api_keys WHERE tenant = :tenant AND revoked_at IS NULL) < :most
RETURNING 1
"""

_UPDATE = """
UPDATE api_keys SET name = :name, tier = :tier, scopes = CAST(:scopes AS text[]), models = CAST(:models AS text[]),
    requests_per_hour = :requests_per_hour, expires_at = :expires_at
WHERE tenant = :tenant AND id = :id RETURNING hash
"""

_BUDGET = """
INSERT INTO quotas (tenant, api_key, unit, hard_limit, own) VALUES (:tenant, :id, 'nanos', :budget, true)
ON CONFLICT (tenant, api_key, model, unit, own) DO UPDATE SET hard_limit = excluded.hard_limit
"""

_NO_BUDGET = "DELETE FROM quotas WHERE tenant = :tenant AND api_key = :id AND unit = 'nanos' AND model IS NULL AND own"

_REPLACE = """
UPDATE api_keys SET replaced_by = :successor, expires_at = least(expires_at, now() + make_interval(secs => :overlap))
WHERE tenant = :tenant AND id = :id RETURNING hash
"""

_REVOKE = """
UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE tenant = :tenant AND id = :id RETURNING hash
"""

_REVOKE_MADE_BY = """
UPDATE api_keys SET revoked_at = now()
WHERE tenant = :tenant AND created_by = :user AND revoked_at IS NULL RETURNING hash
"""


def insert(connection: Connection, key: Key, secret: str) -> None:
    """A new row, with its budget. Raises Conflict where the tenant has too many."""
    values = asdict(key) | {"hash": keys.hashed(secret), "hint": keys.hint(secret), "most": MOST}
    if connection.execute(text(_INSERT), values).one_or_none() is None:
        raise Conflict(f"A tenant may have {MOST} keys. Revoke some first.")
    if key.budget is not None:
        set_budget(connection, key)


def update(connection: Connection, key: Key) -> bytes:
    """What PATCH changes, but for the budget; the key's hash."""
    return _hash(connection, _UPDATE, asdict(key))


def set_budget(connection: Connection, key: Key) -> None:
    """One of the tenant's own quotas: money, a month."""
    sql = _NO_BUDGET if key.budget is None else _BUDGET
    connection.execute(text(sql), {"tenant": key.tenant, "id": key.id, "budget": key.budget})


def replace(connection: Connection, key: Key, successor: str, overlap: int) -> bytes:
    """The key ends in `overlap` seconds, if not before."""
    return _hash(connection, _REPLACE, {"successor": successor, "overlap": overlap, "tenant": key.tenant, "id": key.id})


def revoke(connection: Connection, key: Key) -> bytes:
    """At once; safe to repeat."""
    return _hash(connection, _REVOKE, {"tenant": key.tenant, "id": key.id})


def revoke_made_by(connection: Connection, tenant: str, user: str) -> list[bytes]:
    """All that somebody made, revoked at once; their hashes."""
    rows = connection.execute(text(_REVOKE_MADE_BY), {"tenant": tenant, "user": user})
    return [bytes(row[0]) for row in rows]


def _hash(connection: Connection, sql: str, values: dict[str, object]) -> bytes:
    return bytes(connection.execute(text(sql), values).scalar_one())
