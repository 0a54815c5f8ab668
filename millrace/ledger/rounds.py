"""What beat has done for the ledger: each minute, and once a night. Every step is safe to repeat, and two at once."""

from collections.abc import Callable

from millrace import db
from millrace.errors import DatabaseUnavailable
from millrace.ledger import balances, request_log, soft_limits, usage
from millrace.telemetry import logger

log = logger(__name__)

#: True once a day (UTC), and again an hour after a night that did not come to its end. Whoever gets it has the turn.
_NIGHT = """
INSERT INTO sweeps AS s (name, ran_at) VALUES ('ledger night begun', clock_timestamp())
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
WHERE s.ran_at < clock_timestamp() - interval '1 hour' AND NOT EXISTS (
    SELECT 1 FROM sweeps d WHERE d.name = 'ledger night done' AND d.ran_at >= date_trunc('day', clock_timestamp())
)
RETURNING true
"""

_DONE = """
INSERT INTO sweeps (name, ran_at) VALUES ('ledger night done', clock_timestamp())
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
"""

#: The last day of a month makes the next one's balances, for quotas in use: its first submits need not.
_AHEAD = """
INSERT INTO quota_balances (quota, tenant, period)
SELECT b.quota, b.tenant, n.period FROM quota_balances b, (
    SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month')::date AS period
) n
WHERE b.period = (n.period - interval '1 month')::date AND now() AT TIME ZONE 'UTC' > n.period - interval '1 day'
ON CONFLICT DO NOTHING
"""


def minute() -> None:
    """Tell of soft limits, roll usage up, keep the partitions; and the night's work when it is due."""
    for step in (soft_limits.tell, usage.roll_up, request_log.keep, _make_ahead, _night):
        _take(step)


def night() -> None:
    """Yesterday once more from the ledger, and every balance."""
    usage.roll_up(days=1)
    balances.check()


def _night() -> None:
    if db.call(_NIGHT):
        night()
        db.call(_DONE)


def _make_ahead() -> None:
    db.call(_AHEAD)


def _take(step: Callable[[], None]) -> None:
    """One step's failure does not keep the others from being taken; without the database none can."""
    try:
        step()
    except DatabaseUnavailable:
        raise
    except Exception:
        log.exception("a step of the ledger's round failed; it is tried again in a minute", step=step.__name__)
