"""The audit of balances: each is recomputed from the ledger and the unfinished jobs, and drift is an alert.

What has drifted is corrected, in the transaction that writes the alert with both figures: a balance that is too high
refuses work that was paid for, and one that is too low gives it away. The ledger holds; a balance is only its sum.
"""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import text

from millrace import audit, db, ids
from millrace.telemetry import logger

log = logger(__name__)

_PERIODS = """
SELECT period FROM quota_balances UNION SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date ORDER BY 1
"""

_LOOK = text("SELECT * FROM quota_drift(:period)")
_CORRECT = text("SELECT * FROM correct_balance(:quota, :period)")

#: A year of a large tenant takes its time; nothing waits for it meanwhile.
_PATIENCE = text("SET LOCAL statement_timeout = '15min'")


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that is not what it should be, in the quota's unit."""

    period: date
    quota: str
    tenant: str
    used: int
    reserved: int
    used_by_ledger: int
    reserved_by_jobs: int


def drifted() -> list[Drift]:
    """Look, and change nothing."""
    return [drift for (period,) in db.call(_PERIODS) for drift in _look(period)]


def check() -> list[Drift]:
    """Look, and correct what has drifted, each with an alert. Several at once do no harm: one of them finds it."""
    corrected = [found for drift in drifted() if (found := _correct(drift))]
    for drift in corrected:
        log.error("a balance had drifted, and was corrected", **asdict(drift))
    return corrected


def _look(period: date) -> list[Drift]:
    with db.transaction() as connection:
        connection.execute(_PATIENCE)
        return [Drift(period, *row) for row in connection.execute(_LOOK, {"period": period})]


def _correct(drift: Drift) -> Drift | None:
    """None where it has not drifted after all: it was looked at again under its lock."""
    with db.transaction() as connection:
        connection.execute(_PATIENCE)
        row = connection.execute(_CORRECT, {"quota": drift.quota, "period": drift.period}).first()
        if row is None:
            return None
        found = Drift(drift.period, *row)
        target = ids.show("quota", found.quota)
        details = asdict(found)
        audit.note(
            audit.Act.balance_corrected,
            actor="system",
            tenant=found.tenant,
            target=target,
            details=details,
            connection=connection,
        )
        return found
