"""Jobs that wait for a model which was deleted from the live catalog end: nobody would ever answer them."""

from millrace import db
from millrace.jobs.cancel import settle_queued
from millrace.telemetry import logger

log = logger(__name__)

#: Jobs one sweep ends at the most.
MOST = 500

_WAITING = """
SELECT j.tenant, j.id FROM catalog_entries c JOIN queues q ON q.model = c.name JOIN jobs j ON j.queue = q.id
WHERE c.kind = 'model' AND c.entry IS NULL AND j.state = 'queued' LIMIT %s
"""

DELETED = {"code": "model_deleted", "message": "The model was taken out of the catalog while the job waited."}


def end_deleted() -> None:
    """For the sweep."""
    found = db.call(_WAITING, (MOST,))
    if found:
        log.warning("jobs of deleted models fail", jobs=len(found))
    for tenant, job in found:
        settle_queued(tenant, job, "failed", DELETED)
