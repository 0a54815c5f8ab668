"""Windows that are due become runs, and the schedule moves on: one transaction, so each window is taken once.

Two that look at once do not see one another's schedules; and a window that is there already is not made again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

from sqlalchemy import Connection, text

from millrace import db, ids
from millrace.schedules.schedule import COLUMNS, Schedule

#: By how much a run may be late and is not missed.
GRACE = timedelta(minutes=1)

#: Schedules of one transaction, and windows of one schedule that it looks at; what is left is the next one's.
SCHEDULES, LOOKED_AT = 20, 1_000

#: Windows of one schedule that one transaction makes runs of.
RUNS = 100

#: Why a window was skipped.
MISSED = '{"code": "missed", "message": "Nothing ran when this was due, and the schedule skips what it missed."}'

_DUE = text(f"""
SELECT {COLUMNS}, clock_timestamp() FROM schedules s WHERE s.next_at <= clock_timestamp()
ORDER BY s.next_at LIMIT :most FOR UPDATE SKIP LOCKED
""")

_RUN = text("""
INSERT INTO schedule_runs (id, schedule, tenant, due_at, missed, state, error, ended_at)
VALUES (:id, :schedule, :tenant, :due_at, :missed, :state, CAST(:error AS jsonb),
    CASE WHEN :state <> 'pending' THEN clock_timestamp() END)
ON CONFLICT (schedule, due_at) DO NOTHING
""")

_MOVE = text("UPDATE schedules SET next_at = :next_at, last_at = :last_at WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Window:
    """One that becomes a row; `missed`: earlier ones that it stands for."""

    due_at: datetime
    missed: int = 0
    skipped: bool = False


def take() -> int:
    """Take what is due; how many schedules were."""
    with db.transaction() as connection:
        found = connection.execute(_DUE, {"most": SCHEDULES}).all()
        for *row, now in found:
            _take(connection, Schedule(*row), now)
    return len(found)


def _take(connection: Connection, schedule: Schedule, now: datetime) -> None:
    due = list(islice(_due(schedule, now), RUNS if schedule.missed == "all" else LOOKED_AT))
    for window in judged(schedule.missed, due, now):
        given = {"id": ids.new(), "schedule": schedule.id, "tenant": schedule.tenant, "due_at": window.due_at}
        state, error = ("skipped", MISSED) if window.skipped else ("pending", None)
        connection.execute(_RUN, given | {"missed": window.missed, "state": state, "error": error})
    following = schedule.timing.next(due[-1])
    connection.execute(_MOVE, {"id": schedule.id, "next_at": following, "last_at": due[-1]})


def _due(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """From the one that it waits for to this moment."""
    if schedule.next_at is not None:
        yield schedule.next_at
        yield from takewhile(lambda at: at <= now, schedule.timing.after(schedule.next_at))


def judged(policy: str, due: list[datetime], now: datetime) -> list[Window]:
    """Which of these become runs. `skip`: those that are not late. `once`: the last. `all`: each."""
    if policy == "all":
        return [Window(at) for at in due]
    if policy == "once":
        return [Window(due[-1], missed=len(due) - 1)]
    late = [at for at in due if at < now - GRACE]
    said = [Window(late[-1], missed=len(late) - 1, skipped=True)] if late else []
    return said + [Window(at) for at in due if at not in late]
