"""Runs whose job is to be made: claimed one by one, oldest first, each under a lease that its end is fenced by."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from millrace import db, ids
from millrace.errors import MillraceError, UploadLost
from millrace.schedules.schedule import COLUMNS, Schedule

#: Seconds for which a run is whose who claimed it, and between two renewals while a file is pulled.
LEASE, RENEW = 60.0, 15.0

#: Tries of one run, and seconds until the next by how many there were.
TRIES, PAUSE = 5, 5.0

#: Days for which the history is kept.
KEPT = 90

# A schedule's runs go one after the other: the overlap of each is judged when the one before is through.
_CLAIM = f"""
WITH due AS (
    SELECT r.id FROM schedule_runs r
    WHERE r.state = 'pending' AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
    AND NOT EXISTS (
        SELECT 1 FROM schedule_runs b WHERE b.schedule = r.schedule AND b.state = 'pending' AND b.due_at < r.due_at
    )
    ORDER BY r.due_at LIMIT 1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE schedule_runs r
    SET lease = %s, lease_until = clock_timestamp() + make_interval(secs => %s), tries = tries + 1
    FROM due WHERE r.id = due.id RETURNING r.id, r.schedule, r.due_at, r.tries, r.lease
)
SELECT c.id, c.due_at, c.tries, c.lease, {COLUMNS} FROM claimed c JOIN schedules s ON s.id = c.schedule
"""

_KEEP = """
UPDATE schedule_runs SET lease_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND lease = %s AND state = 'pending' RETURNING 1
"""

_LATER = _KEEP

_END = """
UPDATE schedule_runs SET state = %s, job = %s, batch = %s, error = %s, ended_at = clock_timestamp(), lease = NULL
WHERE id = %s AND lease = %s AND state = 'pending'
"""

_FORGET = (
    "DELETE FROM schedule_runs WHERE created_at < clock_timestamp() - make_interval(days => %s) AND state <> 'pending'"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One that is ours for LEASE."""

    id: str
    due_at: datetime
    tries: int
    lease: str
    schedule: Schedule

    @property
    def key(self) -> str:
        """The Idempotency-Key of what it makes: made twice, it is one."""
        return f"{self.schedule.id}:{self.due_at.isoformat()}"

    @property
    def last(self) -> bool:
        """Whether it is not tried again."""
        return self.tries >= TRIES

    def keep(self) -> None:
        """It takes longer. Raises UploadLost where somebody else has it by now."""
        if not db.call(_KEEP, (LEASE, self.id, self.lease)):
            raise UploadLost

    def again(self) -> None:
        """Somebody shall try it once more, a little later."""
        db.call(_LATER, (PAUSE * self.tries, self.id, self.lease))

    def fired(self, job: str | None = None, batch: str | None = None) -> None:
        db.call(_END, ("fired", job, batch, None, self.id, self.lease))

    def ended(self, state: Literal["skipped", "failed"], failure: MillraceError) -> None:
        """Nothing was made."""
        db.call(_END, (state, None, None, json.dumps(failure.as_dict()), self.id, self.lease))


def claim() -> Run | None:
    """The oldest that waits."""
    rows = db.call(_CLAIM, (ids.new(), LEASE))
    if not rows:
        return None
    id, due_at, tries, lease, *schedule = rows[0]
    return Run(id, due_at, tries, lease, Schedule(*schedule))


def forget() -> None:
    """Of the history, what is old."""
    db.call(_FORGET, (KEPT,))
