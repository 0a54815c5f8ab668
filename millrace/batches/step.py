"""What a batch under way needs next: one call takes it as far as it goes for now."""

import json
from datetime import UTC, datetime

import psycopg2

from millrace import db
from millrace.batches import control, ending
from millrace.batches.batch import Batch
from millrace.batches.finish import finish, refuse
from millrace.batches.insert import ChangedMeanwhile, insert
from millrace.batches.lease import LeaseLost, Step, take
from millrace.batches.retry import make_input
from millrace.batches.validate import Report, validate
from millrace.batches.windows import off_peak
from millrace.errors import DatabaseUnavailable, MillraceError
from millrace.jobs.submit import QUOTA
from millrace.ledger.exceeded import exceeded
from millrace.telemetry import logger

log = logger(__name__)

_QUOTED = """
UPDATE batches SET state = 'quoted', quote = %s, total = %s, step_lease = NULL, step_until = NULL
WHERE id = %s AND step_lease = %s AND state = 'quoting'
"""

_KEEP = (
    "UPDATE batches SET quote = %s, total = %s WHERE id = %s AND step_lease = %s AND state = 'validating' RETURNING 1"
)

_START = "SELECT start_batch(%s, %s, %s)"


def work() -> None:
    """Take steps until none is due."""
    while (step := take()) is not None:
        try:
            advance(step)
        except LeaseLost:
            log.info("left: another process has this batch", batch=step.batch.id)
        except DatabaseUnavailable:
            raise
        except Exception:
            # It is taken up again when its lease is over; the others need not wait for it.
            log.exception("a step of a batch failed", batch=step.batch.id)


def advance(step: Step) -> None:
    """Raises LeaseLost, DatabaseUnavailable, BlobsUnavailable."""
    if step.batch.state in ("quoting", "validating"):
        _validate(step)
    if step.batch.state == "in_progress":
        _run(step)
    if step.batch.state == "cancelling":
        ending.stop_running(step.batch)
        ending.end_waiting(step, "cancelled")
    if step.batch.state in ("in_progress", "cancelling", "finalizing"):
        if ending.unfinished(step.batch):
            step.rest()
        elif step.batch.over or _late(step.batch) or step.batch.inserted >= step.batch.total:
            finish(step)


def _validate(step: Step) -> None:
    if step.batch.input_file is None:
        make_input(step)
    report = validate(step)
    if report.errors:
        refuse(step, report.listed(), report.lines())
        step.batch = _ended(step.batch)
    elif step.batch.state == "quoting":
        given = (json.dumps(report.quote.as_dict()), report.total, step.batch.id, step.lease)
        db.call(_QUOTED, given)
        step.batch = _ended(step.batch)
    else:
        _start(step, report)


def _start(step: Step, report: Report) -> None:
    if not db.call(_KEEP, (json.dumps(report.quote.as_dict()), report.total, step.batch.id, step.lease)):
        raise LeaseLost
    wanted = json.dumps([part.wanted() for part in report.quote.models.values()])
    try:
        started = db.call(_START, (step.batch.id, step.lease, wanted))[0][0]
    except psycopg2.Error as failure:
        if failure.pgcode != QUOTA:
            raise
        report.bad(exceeded(failure.diag.message_detail))
        refuse(step, report.listed(), report.lines())
        step.batch = _ended(step.batch)
        return
    if not started:
        raise LeaseLost
    step.look()


def _run(step: Step) -> None:
    batch = step.batch
    if _late(batch):
        ending.end_waiting(step, "expired")
        return
    if batch.off_peak:
        control.rest(batch, not off_peak().hold(datetime.now(UTC)))
    try:
        insert(step)
    except ChangedMeanwhile as failure:
        _fail(step, failure)
    except MillraceError as failure:
        # The file is gone, or what is in it: what has run is kept, the rest is not.
        if failure.status >= 500 and failure.code != "blob_missing":
            raise
        _fail(step, failure)


def _late(batch: Batch) -> bool:
    return batch.deadline is not None and batch.deadline <= datetime.now(UTC)


_WHY = "UPDATE batches SET errors = %s WHERE id = %s AND step_lease = %s RETURNING 1"


def _fail(step: Step, failure: MillraceError) -> None:
    report = Report()
    report.bad(failure, step.batch.inserted + 1)
    if not db.call(_WHY, (report.listed(), step.batch.id, step.lease)):
        raise LeaseLost
    control.cancel(step.batch.tenant, step.batch.id)
    step.look()


def _ended(batch: Batch) -> Batch:
    from dataclasses import replace

    return replace(batch, state="failed")
