"""`store: false`: nothing is kept after delivery. Settling erases the request; what came of it is erased here.

It is kept AFTER_DELIVERY, so that who lost the response can ask once more; what nobody fetches, a day (settle_jobs).
"""

import json
from contextlib import suppress

from millrace import crypto, db
from millrace.crypto import fields
from millrace.errors import DatabaseUnavailable, Unreadable
from millrace.jobs.find import Job
from millrace.streams import log

#: Seconds that an answer is kept after its delivery.
AFTER_DELIVERY = 30.0

#: Jobs one sweep forgets at the most.
MOST = 500

_DELIVERED = """
UPDATE job_results SET forget_at = least(forget_at, clock_timestamp() + make_interval(secs => %s))
WHERE job = %s AND tenant = %s AND forget_at IS NOT NULL
"""

_DUE = "SELECT job, error FROM job_results WHERE forget_at <= clock_timestamp() ORDER BY forget_at LIMIT %s"

_FORGET = """
WITH x AS MATERIALIZED (SELECT x.* FROM json_to_recordset(%s) AS x (job uuid, error text)), r AS (
    UPDATE job_results r SET body = NULL, text = NULL, error = x.error, forget_at = NULL FROM x WHERE r.job = x.job
), c AS (
    DELETE FROM job_checkpoints c USING x WHERE c.job = x.job
)
UPDATE attempts a SET error = NULL FROM x WHERE a.job = x.job
"""


def delivered(tenant: str, job: str) -> None:
    """The answer of a job with `store: false` is on its way to its owner. Without the database it is kept for a day."""
    with suppress(DatabaseUnavailable):
        db.call(_DELIVERED, (AFTER_DELIVERY, job, tenant), tenants=[tenant])


def told(job: Job) -> None:
    """The events of a job have been told to their end: with them its text, unless its deltas were not wanted."""
    if job.stream and not job.store:
        delivered(job.tenant, job.id)


def forget_delivered() -> None:
    """Erase answers, texts, and all of an error but its code. For the sweep."""
    due = db.call(_DUE, (MOST,))
    if due:
        # First: what is forgotten here, and lives on there, nobody would look for.
        log.forget([job for job, _ in due])
        db.call(_FORGET, (json.dumps([{"job": job, "error": _code_of(job, error)} for job, error in due]),))


def _code_of(job: str, error: str | None) -> str | None:
    if error is None:
        return None
    context = fields.ERROR.of(job)
    try:
        code = json.loads(crypto.unseal(error, context)).get("code", "failed")
    except Unreadable:
        code = "unreadable"
    left = {"code": code, "message": "What went wrong is not kept: the request said `store: false`."}
    return crypto.seal(json.dumps(left), context)
