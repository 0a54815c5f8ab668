"""What an earlier run of a schedule does that has not ended when the next is due."""

from millrace import db
from millrace.batches import control
from millrace.batches.batch import ENDED
from millrace.errors import Conflict
from millrace.jobs.cancel import cancel
from millrace.schedules.runs import Run

#: Runs that are looked at.
LOOKED_AT = 100

_UNFINISHED = """
SELECT r.job, r.batch FROM (
    SELECT job, batch FROM schedule_runs WHERE schedule = %s AND state = 'fired' AND due_at < %s
    ORDER BY id DESC LIMIT %s
) r
LEFT JOIN jobs j ON j.id = r.job LEFT JOIN batches b ON b.id = r.batch
WHERE j.state IN ('queued', 'running') OR (b.state IS NOT NULL AND b.state <> ALL (%s))
"""


class Overlaps(Conflict):
    """The run before this one has not ended."""

    code = "overlap"


def make_way(run: Run) -> None:
    """By the schedule's policy: cancel the earlier ones, or raise Overlaps."""
    schedule = run.schedule
    if schedule.overlap == "allow":
        return
    unfinished = db.call(_UNFINISHED, (schedule.id, run.due_at, LOOKED_AT, list(ENDED)))
    if unfinished and schedule.overlap == "skip":
        raise Overlaps
    for job, batch in unfinished:
        if job:
            cancel(schedule.tenant, job)
        else:
            control.cancel(schedule.tenant, batch)
