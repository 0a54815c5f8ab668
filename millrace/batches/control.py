"""Cancel, pause, resume: one row of the batch and those of its queues, never its jobs."""

from millrace import db
from millrace.batches.batch import Batch
from millrace.batches.ending import stop_running
from millrace.batches.find import find
from millrace.errors import Conflict
from millrace.jobs import bell

_CANCEL = """
WITH stopped AS (
    UPDATE batches SET state = 'cancelling', cancelling_at = clock_timestamp(), step_until = NULL
    WHERE id = %s AND tenant = %s AND state IN ('validating', 'in_progress') RETURNING id
)
UPDATE queues q SET paused = true FROM stopped WHERE q.batch = stopped.id
"""

_PAUSE = """
WITH changed AS (
    UPDATE batches SET paused = %s WHERE id = %s AND tenant = %s AND state IN ('validating', 'in_progress')
    RETURNING id, paused OR resting AS held
)
UPDATE queues q SET paused = c.held, head = '-infinity' FROM changed c WHERE q.batch = c.id
RETURNING q.id, q.lane, q.paused
"""

_REST = """
WITH changed AS (
    UPDATE batches SET resting = %s WHERE id = %s AND resting <> %s AND state = 'in_progress'
    RETURNING id, paused OR resting AS held
)
UPDATE queues q SET paused = c.held, head = '-infinity' FROM changed c WHERE q.batch = c.id
RETURNING q.id, q.lane, q.paused
"""

_WAKE = "SELECT wake_queues(%s)"


def cancel(tenant: str, id: str | None) -> Batch:
    """New lines stop at once, those that run within a second; what is done is kept. Safe to repeat. Raises NotFound."""
    batch = find(tenant, id)
    db.call(_CANCEL, (batch.id, tenant), tenants=[tenant])
    batch = find(tenant, batch.id)
    if batch.state == "cancelling":
        stop_running(batch)
    return batch


def pause(tenant: str, id: str | None) -> Batch:
    """No further line begins; those that run go on. Raises NotFound, Conflict."""
    return _set(tenant, id, True)


def resume(tenant: str, id: str | None) -> Batch:
    """Raises NotFound, Conflict."""
    return _set(tenant, id, False)


def _set(tenant: str, id: str | None, paused: bool) -> Batch:
    batch = find(tenant, id)
    if batch.state not in ("validating", "in_progress"):
        raise Conflict(f"The batch is {batch.state}: there is nothing to {'pause' if paused else 'resume'}.")
    _woken(db.call(_PAUSE, (paused, batch.id, tenant), tenants=[tenant]), tenant)
    return find(tenant, batch.id)


def rest(batch: Batch, resting: bool) -> None:
    """Between two off-peak times a batch rests."""
    _woken(db.call(_REST, (resting, batch.id, resting)), batch.tenant)


def _woken(queues: list[tuple[int, str, bool]], tenant: str) -> None:
    awake = [(id, lane) for id, lane, paused in queues if not paused]
    if awake:
        db.call(_WAKE, ([id for id, _ in awake],), tenants=[tenant])
    for lane in {lane for _, lane in awake}:
        bell.ring(lane)
