"""Cancel: at once from the queue; a running job is told by publication, and by the next renewal should that be lost."""

import json
from collections.abc import Sequence

from millrace import db
from millrace import redis as millrace_redis
from millrace.jobs.find import has_ended
from millrace.jobs.settle import Settlement, settle, settle_all
from millrace.streams import channels, log
from millrace.streams.record import end_data
from millrace.streams.writer import closing

_REQUEST = """
UPDATE jobs SET cancel_requested = true WHERE id = %s AND state = 'running' RETURNING id
"""

_CHECKPOINT = "SELECT text FROM job_checkpoints WHERE job = %s"

#: Of many; and how many are cancelled in one transaction.
_REQUEST_ALL = """
UPDATE jobs SET cancel_requested = true WHERE id = ANY (%s::uuid[]) AND state = 'running' RETURNING id
"""
_CHECKPOINTS = "SELECT job, text FROM job_checkpoints WHERE job = ANY (%s::uuid[])"
GROUP = 64


def cancel(tenant: str, job: str) -> None:
    """Cancel a job that may be in any state; one that has ended stays as it is. Safe to repeat."""
    # It may move from queued to running and back while we look: a few turns always catch it.
    for _ in range(5):
        if settle_queued(tenant, job, "cancelled", None):
            return
        if db.call(_REQUEST, (job,), tenants=[tenant]):
            publish(job)
            return
        if has_ended(tenant, job):
            return


def cancel_all(tenant: str, jobs: Sequence[str]) -> None:
    """The same of many, a group in one transaction. Safe to repeat; interrupted, some are cancelled."""
    for at in range(0, len(jobs), GROUP):
        waiting = jobs[at : at + GROUP]
        left = _settle_all_queued(tenant, waiting)
        told = {row[0] for row in db.call(_REQUEST_ALL, (left,), tenants=[tenant])} if left else set()
        for job in left:
            # What does neither wait nor run has ended, or moves just now.
            publish(job) if job in told else cancel(tenant, job)


def _settle_all_queued(tenant: str, jobs: Sequence[str]) -> list[str]:
    """End those that wait in their queue; the others."""
    partial = dict(db.call(_CHECKPOINTS, (list(jobs),), tenants=[tenant]))
    ends = settle_all([Settlement(job, tenant, None, "cancelled", text=partial.get(job)) for job in jobs])
    ended = [end for end in ends if end is not None]
    log.append_all(
        [log.Entry(end.id, [closing(end.attempt, 0, "cancelled", end_data("cancelled", None))]) for end in ended]
    )
    return [job for job, end in zip(jobs, ends, strict=True) if end is None]


def settle_queued(tenant: str, job: str, state: str, error: dict[str, str] | None) -> bool:
    """End a job that waits in its queue; False when it does not wait there any more."""
    partial = db.call(_CHECKPOINT, (job,), tenants=[tenant])
    text = partial[0][0] if partial else None
    settled = settle(Settlement(job, tenant, None, state, error=json.dumps(error) if error else None, text=text))
    if settled is None:
        return False
    end = closing(settled.attempt, 0, state, end_data(state, json.dumps(error) if error else None))
    log.append(log.Entry(job, [end]))
    return True


def publish(job: str) -> None:
    try:
        millrace_redis.client().publish(channels.CANCEL, job.encode())
    except millrace_redis.Gone:
        return
