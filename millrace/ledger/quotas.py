"""Quotas: what may be used in a month, of a tenant, a key, a model, or a model by a key.

Every quota that fits a job binds it. So those that a tenant sets for itself (`own`) stand beside those of the platform
and its tier: they can make things tighter, and never looser.
"""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, text

from millrace import db, ids
from millrace.errors import Conflict, InvalidField, NotFound

#: Quotas that a tenant may set for itself: each submit looks through those that fit.
MOST_OWN = 1_000

_PUT = text("""
INSERT INTO quotas (
    id, tenant, api_key, model, unit, soft_limit, hard_limit, overage, overage_nanos, own
) VALUES (
    :id, :tenant, :api_key, :model, :unit, :soft_limit, :hard_limit, :overage, :overage_nanos, :own
)
ON CONFLICT (tenant, api_key, model, unit, own) DO UPDATE SET
    soft_limit = excluded.soft_limit, hard_limit = excluded.hard_limit, overage = excluded.overage,
    overage_nanos = excluded.overage_nanos, of_tier = false
RETURNING id
""")

_REMOVE = text("DELETE FROM quotas WHERE id = :id AND tenant = :tenant AND own = :own RETURNING unit")

_KNOWN = text("""
SELECT EXISTS (SELECT 1 FROM tenants WHERE id = :tenant),
    EXISTS (SELECT 1 FROM api_keys WHERE id = :api_key AND tenant = :tenant),
    (SELECT count(*) FROM quotas WHERE tenant = :tenant AND own AND (unit, model, api_key) IS DISTINCT FROM
        (CAST(:unit AS text), CAST(:model AS text), CAST(:api_key AS uuid)))
""")

_STANDING = """
SELECT q.id, q.api_key, q.model, q.unit, q.soft_limit, q.hard_limit, q.overage, q.overage_nanos, q.of_tier, q.own,
    p.period, coalesce(b.used, 0), coalesce(b.reserved, 0)
FROM quotas q
CROSS JOIN (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS period) p
LEFT JOIN quota_balances b ON b.quota = q.id AND b.period = p.period
WHERE q.tenant = %s AND (%s::uuid IS NULL OR q.id > %s) AND (%s::uuid IS NULL OR q.id = %s)
ORDER BY q.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Quota:
    """What may be used in a month. `unit`: requests, tokens or nanos (nano-dollars). No `hard_limit`: it only counts.

    With `overage`, work beyond the hard limit goes on, and costs `overage_nanos` a unit besides.
    """

    tenant: str
    unit: str
    api_key: str | None = None
    model: str | None = None
    soft_limit: int | None = None
    hard_limit: int | None = None
    overage: bool = False
    overage_nanos: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A quota, and where it stands this month, which began on `period`."""

    id: str
    api_key: str | None
    model: str | None
    unit: str
    soft_limit: int | None
    hard_limit: int | None
    overage: bool
    overage_nanos: int
    of_tier: bool
    own: bool
    period: date
    used: int
    reserved: int


def put(connection: Connection, quota: Quota, *, own: bool) -> str:
    """Make a quota, or change the one for the same key, model and unit; its id. Jobs accepted before are not touched.

    `own`: set by the tenant itself. Else by the platform, and in the place of its tier's, if it is for the same.
    Raises NotFound (no such tenant), InvalidField (no such key), Conflict (too many).
    """
    tenant, key, count = connection.execute(_KNOWN, asdict(quota)).one()
    if not tenant:
        raise NotFound
    if quota.api_key and not key:
        raise InvalidField("api_key: is none of this tenant's.", param="api_key")
    if own and count >= MOST_OWN:
        raise Conflict(f"There are {MOST_OWN} quotas already. Delete one first.")
    return str(connection.execute(_PUT, asdict(quota) | {"id": ids.new(), "own": own}).scalar_one())


def remove(connection: Connection, tenant: str, id: str, *, own: bool) -> None:
    """Delete a quota and its balances; where it stood in place of the tier's, that is back. Raises NotFound.

    Jobs that have reserved from it are settled all the same.
    """
    if connection.execute(_REMOVE, {"id": id, "tenant": tenant, "own": own}).first() is None:
        raise NotFound
    if not own:
        connection.execute(text("SELECT apply_tier_quota(:tenant)"), {"tenant": tenant})


def standing(tenant: str, *, after: str | None = None, limit: int = 1_000) -> list[Standing]:
    """The quotas of a tenant as they stand now, by id."""
    return _read(tenant, after, None, limit)


def find(tenant: str, id: str) -> Standing:
    """One of them. Raises NotFound."""
    found = _read(tenant, None, id, 1)
    if not found:
        raise NotFound
    return found[0]


def _read(tenant: str, after: str | None, id: str | None, limit: int) -> list[Standing]:
    rows = db.call(_STANDING, (tenant, after, after, id, id, limit), tenants=[tenant])
    return [Standing(*row) for row in rows]
