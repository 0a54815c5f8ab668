"""Cancel: what has not ended ends. What was measured until then stays."""

from millrace import db
from millrace.jobs.cancel import cancel_all

_REQUEST = """
UPDATE comparisons SET cancel_requested = true WHERE id = %s AND tenant = %s AND outcome IS NULL RETURNING id
"""

_UNFINISHED = """
SELECT c.job FROM comparison_calls c JOIN jobs j ON j.id = c.job
WHERE c.comparison = %(id)s AND c.tenant = %(tenant)s AND c.outcome IS NULL
AND (%(model)s::text IS NULL OR c.model = %(model)s)
AND (j.state = 'queued' OR (j.state = 'running' AND NOT j.cancel_requested))
ORDER BY c.job DESC
"""


def cancel(tenant: str, id: str) -> None:
    """Safe to repeat, and goes on where it was interrupted: the sweep repeats it."""
    if db.call(_REQUEST, (id, tenant), tenants=[tenant]):
        cancel_calls(tenant, id)


def cancel_calls(tenant: str, id: str, model: str | None = None) -> None:
    """Those that have not ended, of one model or of all; the last ones first, since the others are about to begin."""
    rows = db.call(_UNFINISHED, {"id": id, "tenant": tenant, "model": model}, tenants=[tenant])
    cancel_all(tenant, [row[0] for row in rows])
