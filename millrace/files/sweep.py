"""Taking away what is over: uploads that were given up, files that expired, blobs of what was deleted.

The row first, then the blob, then the row itself an hour later, with another look at the blob: a process that slept
through all of it may have put one there after all. Whatever dies in between, the next round does.
"""

from millrace import blobs, db
from millrace.errors import BlobsUnavailable
from millrace.telemetry import logger

log = logger(__name__)

#: Rows of one statement.
BATCH = 200

#: Seconds after which a blob that could not be deleted is tried again, and for which a deleted file's row is kept.
AGAIN, KEPT = 300, 3600

#: Those that are due become `deleted` if they are not, and are ours for a while: several sweeps share the work.
_TAKE = """
UPDATE files SET state = 'deleted', key = '', deleted_at = coalesce(deleted_at, clock_timestamp()),
    sweep_at = clock_timestamp() + make_interval(secs => %s)
WHERE id IN (SELECT id FROM files WHERE sweep_at <= clock_timestamp() ORDER BY sweep_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, blob
"""

_FORGET = "DELETE FROM files WHERE id = ANY (%s::uuid[]) AND deleted_at < clock_timestamp() - make_interval(secs => %s)"

_KEEP = "UPDATE files SET sweep_at = deleted_at + make_interval(secs => %s) WHERE id = ANY (%s::uuid[])"


def sweep() -> int:
    """One round, to its end; how many blobs were deleted. Safe at any time, and from several processes at once."""
    total = 0
    while taken := db.call(_TAKE, (AGAIN, BATCH)):
        erased = [id for id, blob in taken if _erased(blob)]
        db.call(_FORGET, (erased, KEPT))
        db.call(_KEEP, (KEPT, erased))
        total += len(erased)
    return total


def _erased(blob: str) -> bool:
    try:
        blobs.store().delete(blob)
    except BlobsUnavailable:
        log.warning("a blob is not deleted yet", blob=blob)
        return False
    return True
