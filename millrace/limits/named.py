"""The limits beside the tiers': of the platform, an address, a user, a key, and of single operations. A table, too."""

from dataclasses import dataclass

from millrace import audit, db
from millrace.limits.cached import Cached
from millrace.limits.tiers import FRESH

_COLUMNS = "name, about, requests_per_hour, per_second, burst"

_READ = f"SELECT {_COLUMNS} FROM limits ORDER BY name"

_CHANGE = f"""
INSERT INTO limits (name, about, requests_per_hour, per_second, burst) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET (requests_per_hour, per_second, burst) =
    (excluded.requests_per_hour, excluded.per_second, excluded.burst)
RETURNING {_COLUMNS}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """A row of `limits`: requests in an hour, and those that may come at once. None is no limit."""

    name: str
    about: str
    requests_per_hour: int | None
    per_second: float | None
    burst: int | None


def _read() -> dict[str, Limit]:
    return {row[0]: Limit(*row) for row in db.call(_READ)}


#: By name.
limits: Cached[dict[str, Limit]] = Cached(_read, FRESH, {})


def change(to: Limit, by: str, address: str) -> Limit:
    """Set a limit that exists, or of an operation (`POST /api/v1/jobs`); `about` is for one that is new."""
    given = (to.requests_per_hour, to.per_second, to.burst)
    details = dict(zip(("requests_per_hour", "per_second", "burst"), given, strict=True))
    with db.transaction() as connection:
        row = connection.exec_driver_sql(_CHANGE, (to.name, to.about, *given)).one()
        audit.note(
            audit.Act.limit_changed,
            actor=by, tenant=None, target=to.name, details=details, address=address, connection=connection,
        )  # fmt: skip
    limits.forget()
    return Limit(*row)
