"""The sweep's part: comparisons that nobody looks at come to their end, and cancels that were interrupted go on."""

from millrace import db
from millrace.comparisons.cancel import cancel
from millrace.comparisons.look import look

#: Comparisons one round looks at.
MOST = 20

_STIRRED = """
SELECT x.tenant, x.id, x.cancel_requested FROM comparisons x
WHERE x.outcome IS NULL AND (
    x.cancel_requested
    OR NOT EXISTS (SELECT 1 FROM comparison_calls c WHERE c.comparison = x.id AND c.outcome IS NULL)
    OR EXISTS (
        SELECT 1 FROM comparison_calls c JOIN jobs j ON j.id = c.job
        WHERE c.comparison = x.id AND c.outcome IS NULL AND j.state NOT IN ('queued', 'running')
    )
)
ORDER BY x.id LIMIT %s
"""


def sweep() -> None:
    """One round; several at once do no harm."""
    for tenant, id, cancelled in db.call(_STIRRED, (MOST,)):
        if cancelled:
            cancel(tenant, id)
        look(tenant, id)
