"""Finding schedules and their runs."""

from dataclasses import dataclass
from datetime import datetime

from millrace import db
from millrace.errors import NotFound
from millrace.schedules.schedule import COLUMNS, Schedule

_FIND = f"SELECT {COLUMNS} FROM schedules s WHERE s.id = %s AND s.tenant = %s"

_RUNS = """
SELECT r.id, r.due_at, r.asked, r.missed, r.state, r.job, r.batch, r.error, r.ended_at, coalesce(j.state, b.state)
FROM schedule_runs r
LEFT JOIN jobs j ON j.id = r.job AND j.tenant = r.tenant
LEFT JOIN batches b ON b.id = r.batch AND b.tenant = r.tenant
WHERE r.schedule = %s AND r.tenant = %s
"""


@dataclass(frozen=True, slots=True)
class Past:
    """A run as the history shows it. `error` is JSON text; `status` is that of its job or batch now."""

    id: str
    due_at: datetime
    asked: bool
    missed: int
    state: str
    job: str | None
    batch: str | None
    error: str | None
    ended_at: datetime | None
    status: str | None


def find(tenant: str, id: str | None) -> Schedule:
    """A tenant's. Raises NotFound."""
    rows = db.call(_FIND, (id, tenant), tenants=[tenant]) if id else []
    if not rows:
        raise NotFound("No such schedule.")
    return Schedule(*rows[0])


def page(tenant: str, *, after: str | None, limit: int) -> list[Schedule]:
    """At most `limit`, newest first, after the one of this identifier."""
    earlier, given = ("AND s.id < %s ", [after]) if after else ("", [])
    statement = f"SELECT {COLUMNS} FROM schedules s WHERE s.tenant = %s {earlier}ORDER BY s.id DESC LIMIT %s"
    return [Schedule(*row) for row in db.call(statement, (tenant, *given, limit), tenants=[tenant])]


def runs(schedule: Schedule, *, after: str | None, limit: int) -> list[Past]:
    """Of its history at most `limit`, newest first, after the one of this identifier."""
    earlier, given = ("AND r.id < %s ", [after]) if after else ("", [])
    asked = (schedule.id, schedule.tenant, *given, limit)
    rows = db.call(f"{_RUNS} {earlier}ORDER BY r.id DESC LIMIT %s", asked, tenants=[schedule.tenant])
    return [Past(*row) for row in rows]
