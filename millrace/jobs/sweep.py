"""The sweep: makes good what got lost. Every few seconds, by whoever beat wakes; several at once do no harm.

It rings for lanes with waiting work, frees the jobs of dead processes, promotes what has become due, ends what is past
its deadline or has killed too many workers.
"""

import json
from dataclasses import dataclass

from millrace import db
from millrace.cache import table as cached
from millrace.jobs import bell, failover
from millrace.jobs.cancel import settle_queued
from millrace.jobs.deleted import end_deleted
from millrace.jobs.forget import forget_delivered
from millrace.jobs.owner import cancel_abandoned
from millrace.jobs.requeue import Requeue, requeue_all
from millrace.jobs.retry import MOST_DEATHS
from millrace.jobs.settle import Settlement, settle_all
from millrace.settings import settings
from millrace.streams import log
from millrace.streams.record import end_data
from millrace.streams.writer import closing
from millrace.telemetry import logger

logs = logger(__name__)

#: Jobs one step takes at a time.
MOST = 500

#: Seconds since the last sweep, by the database's clock; NULL the first time. One statement, so it runs once.
_TURN = """
INSERT INTO sweeps AS s (name, ran_at) VALUES ('jobs', clock_timestamp())
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
RETURNING extract(epoch FROM s.ran_at - (SELECT b.ran_at FROM sweeps b WHERE b.name = 'jobs'))
"""

#: After a pause of our own longer than a lease, everybody else may have paused too: they get one lease to renew.
_AMNESTY = """
UPDATE processes SET expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => %s))
"""

_ORPHANS = """
SELECT j.id, j.tenant, j.lease, j.deaths, j.cancel_requested, j.attempt, c.text
FROM jobs j
LEFT JOIN processes p ON p.id = j.process
LEFT JOIN job_checkpoints c ON c.job = j.id
WHERE j.state = 'running' AND (p.id IS NULL OR p.expires_at < clock_timestamp())
ORDER BY j.id LIMIT %s
"""

_BURY = """
DELETE FROM processes p WHERE p.expires_at < clock_timestamp()
AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.process = p.id AND j.state = 'running')
"""

_LATE = """
SELECT tenant, id FROM jobs WHERE state = 'queued' AND deadline <= clock_timestamp()
-- Those of batches are ended in blocks (millrace/batches/ending.py).
AND batch IS NULL ORDER BY deadline LIMIT %s
"""

#: Keys are good for 24 hours at least.
_FORGET = """
DELETE FROM idempotency_keys WHERE (tenant, key) IN (
    SELECT tenant, key FROM idempotency_keys WHERE created_at < now() - interval '25 hours' LIMIT 5000
)
"""

POISON = {"code": "poison", "message": "The job was running when its worker died, too many times to try again"}
LATE = {"code": "deadline_passed", "message": "The deadline passed while the job waited"}


@dataclass(frozen=True, slots=True)
class _Orphan:
    id: str
    tenant: str
    lease: str
    deaths: int
    cancel_requested: bool
    attempt: int
    text: str | None


def sweep() -> None:
    """One round."""
    if _paused():
        logs.warning("the sweep had paused; processes get one lease to renew")
        db.call(_AMNESTY, (settings().lease_seconds,))
    free_orphans()
    expire_late()
    cancel_abandoned()
    end_deleted()
    failover.drain_all()
    forget_delivered()
    db.call(_FORGET)
    cached.sweep()
    lanes = {row[0] for row in db.call("SELECT lane FROM promote_jobs(%s)", (MOST,))}
    lanes |= {row[0] for row in db.call("SELECT lane FROM mend_lanes()")}
    for lane in lanes:
        bell.ring_all(lane)


def _paused() -> bool:
    since = db.call(_TURN)[0][0]
    return since is not None and float(since) > settings().lease_seconds


def free_orphans() -> None:
    """Give the jobs of dead processes back to their queues; end those that are poison or were to be cancelled."""
    orphans = [_Orphan(*row) for row in db.call(_ORPHANS, (MOST,))]
    ended = [orphan for orphan in orphans if orphan.cancel_requested or orphan.deaths >= MOST_DEATHS]
    freed = [orphan for orphan in orphans if orphan not in ended]
    if orphans:
        logs.warning("jobs of dead processes", freed=len(freed), ended=len(ended))
    if freed:
        requeue_all([Requeue(each.id, each.lease, "process_died", deaths=1) for each in freed])
        died = {"reason": "process_died"}
        log.append_all([log.Entry(each.id, [closing(each.attempt, -1, "reset", died)]) for each in freed])
    for orphan in ended:
        _end(orphan)
    db.call(_BURY)


def _end(orphan: _Orphan) -> None:
    state, error = ("cancelled", None) if orphan.cancel_requested else ("failed", json.dumps(POISON))
    settled = settle_all([Settlement(orphan.id, orphan.tenant, orphan.lease, state, error=error, text=orphan.text)])
    if settled[0] is not None:
        log.append(log.Entry(orphan.id, [closing(orphan.attempt, -1, state, end_data(state, error))]))


def expire_late() -> None:
    """End what waits past its deadline."""
    for tenant, job in db.call(_LATE, (MOST,)):
        settle_queued(tenant, job, "expired", LATE)
