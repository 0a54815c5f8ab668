"""The step of a batch that is under way: one process has it at a time, and whatever it writes carries its lease.

Dies the process, the lease runs out, and the next one goes on from what is in the row.
"""

import time
from dataclasses import dataclass

from millrace import db, ids
from millrace.batches.batch import COLUMNS, Batch, of_row

#: Seconds for which a lease is good, between two renewals, and after which a batch that must wait is looked at again.
GOOD, RENEW, AGAIN = 60.0, 10.0, 1.0

#: What is to be done: validate, insert, finish; and of one that runs, end what is late or cancelled, rest and wake.
_DUE = """
w.state NOT IN ('quoted', 'completed', 'failed', 'expired', 'cancelled')
    AND (w.step_until IS NULL OR w.step_until < clock_timestamp())
    AND (
        w.state <> 'in_progress' OR w.inserted < w.total OR w.deadline <= clock_timestamp() OR w.off_peak
        OR NOT EXISTS (SELECT 1 FROM jobs j WHERE j.batch = w.id AND j.state IN ('queued', 'running'))
    )
"""

_TAKE = f"""
UPDATE batches b SET step_lease = %s, step_until = clock_timestamp() + make_interval(secs => %s)
WHERE b.id = (
    SELECT w.id FROM batches w
    WHERE {_DUE}
    ORDER BY w.step_until NULLS FIRST, w.id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING {COLUMNS}
"""

_RENEW = """
UPDATE batches SET step_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND step_lease = %s RETURNING 1
"""

_ANY = f"SELECT 1 FROM batches w WHERE {_DUE} LIMIT 1"

_READ = f"SELECT {COLUMNS} FROM batches b WHERE b.id = %s AND b.step_lease = %s"


class LeaseLost(Exception):
    """Somebody else has the batch, or it has ended."""


@dataclass(slots=True)
class Step:
    """A batch, while it is ours."""

    batch: Batch
    lease: str
    renewed: float

    def keep(self) -> None:
        """Say that we live, now and then. Raises LeaseLost."""
        if time.monotonic() - self.renewed > RENEW:
            self._until(GOOD)
            self.renewed = time.monotonic()

    def look(self) -> Batch:
        """The batch as it is now. Raises LeaseLost."""
        rows = db.call(_READ, (self.batch.id, self.lease))
        if not rows:
            raise LeaseLost
        self.batch = of_row(rows[0])
        return self.batch

    def rest(self) -> None:
        """There is something to wait for."""
        self._until(AGAIN)

    def _until(self, seconds: float) -> None:
        if not db.call(_RENEW, (seconds, self.batch.id, self.lease)):
            raise LeaseLost


def take() -> Step | None:
    """The batch that has waited longest for its next step; None where none does."""
    lease = ids.new()
    rows = db.call(_TAKE, (lease, GOOD))
    return Step(of_row(rows[0]), lease, time.monotonic()) if rows else None


def any_waits() -> bool:
    """Whether there is something to take."""
    return bool(db.call(_ANY))
