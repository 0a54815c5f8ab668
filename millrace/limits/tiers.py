"""Tiers: what a tenant may ask for. A table that administrators edit; each process reads it again every few seconds."""

from dataclasses import dataclass

from millrace import audit, db
from millrace.errors import NotFound
from millrace.limits.cached import Cached

#: Seconds after which an edit is effective everywhere.
FRESH = 2.0

_COLUMNS = "name, rank, requests_per_hour, requests_per_month, per_second, burst"

_READ = f"SELECT {_COLUMNS} FROM tiers ORDER BY rank"

_CHANGE = f"""
UPDATE tiers SET requests_per_hour = %s, requests_per_month = %s, per_second = %s, burst = %s
WHERE name = %s RETURNING {_COLUMNS}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Requests in an hour and in a month, and those that may come at once; None is no limit."""

    requests_per_hour: int | None
    requests_per_month: int | None
    per_second: float | None
    burst: int | None


@dataclass(frozen=True, slots=True)
class Tier:
    """A row of `tiers`. The higher the rank, the more it allows."""

    name: str
    rank: int
    requests_per_hour: int | None
    requests_per_month: int | None
    per_second: float | None
    burst: int | None


def _read() -> dict[str, Tier]:
    return {row[0]: Tier(*row) for row in db.call(_READ)}


#: By name, in the order of their ranks.
tiers: Cached[dict[str, Tier]] = Cached(_read, FRESH, {})


def change(name: str, to: Allowance, by: str, address: str) -> Tier:
    """Change what a tier allows, and the monthly quotas of its tenants with it. Raises NotFound."""
    given = (to.requests_per_hour, to.requests_per_month, to.per_second, to.burst)
    with db.transaction() as connection:
        # The row first: a tenant that moves into this tier meanwhile waits, and sees the change.
        row = connection.exec_driver_sql(_CHANGE, (*given, name)).fetchone()
        if row is None:
            raise NotFound("No such tier. `GET /api/v1/admin/tiers` lists those there are.")
        connection.exec_driver_sql("SELECT apply_tier_quotas(%s)", (name,))
        details = dict(zip(("requests_per_hour", "requests_per_month", "per_second", "burst"), given, strict=True))
        audit.note(
            audit.Act.tier_changed,
            actor=by, tenant=None, target=name, details=details, address=address, connection=connection,
        )  # fmt: skip
    tiers.forget()
    return Tier(*row)
