"""Soft limits: crossing one is told once a period, to the operators by an alert, to the tenant's owners by mail."""

import json
from typing import Any

from sqlalchemy import Connection, text

from millrace import audit, db, ids, mail
from millrace.ledger.wording import amount, scope
from millrace.telemetry import logger

log = logger(__name__)

#: Crossings told at a time: the rest waits for the next minute.
MOST = 200

_CROSSED = """
SELECT b.quota, b.period FROM quotas q JOIN quota_balances b ON b.quota = q.id
WHERE q.soft_limit IS NOT NULL AND b.used >= q.soft_limit AND b.soft_crossed_at IS NULL ORDER BY 1, 2 LIMIT %s
"""

#: Whoever sets the mark tells it: nobody else does, now or later.
_MARK = text("""
UPDATE quota_balances b SET soft_crossed_at = now() FROM quotas q
WHERE b.quota = :quota AND b.period = :period AND q.id = b.quota
AND b.soft_crossed_at IS NULL AND b.used >= q.soft_limit
RETURNING b.quota, b.tenant, q.api_key, q.model, q.unit, q.soft_limit, q.hard_limit, b.used, b.period
""")

_ALERT = text("INSERT INTO alerts (kind, tenant, about, details) VALUES ('quota_soft', :tenant, :about, :details)")

_OWNERS = text("SELECT email FROM owners_of(:tenant)")


def tell() -> None:
    """Tell what has been crossed and not been told."""
    for quota, period in db.call(_CROSSED, (MOST,)):
        with db.transaction() as connection:
            row = connection.execute(_MARK, {"quota": quota, "period": period}).mappings().first()
            if row is not None:
                _tell(connection, dict(row))


def _tell(connection: Connection, crossed: dict[str, Any]) -> None:
    quota, tenant = ids.show("quota", crossed["quota"]), crossed["tenant"]
    given = {"tenant": tenant, "about": f"{quota} {crossed['period']}", "details": json.dumps(crossed, default=str)}
    connection.execute(_ALERT, given)
    for (address,) in connection.execute(_OWNERS, {"tenant": tenant}).all():
        mail.write(connection, address, "A soft limit has been reached", _letter(crossed))
    act = audit.Act.soft_limit_crossed
    audit.note(act, actor="system", tenant=tenant, target=quota, details=crossed, connection=connection)
    log.info("a soft limit was crossed", quota=quota, unit=crossed["unit"])


def _letter(crossed: dict[str, Any]) -> str:
    unit, hard = crossed["unit"], crossed["hard_limit"]
    then = f"At {amount(unit, hard)} work is refused or costs more." if hard is not None else "There is no hard limit."
    return (
        f"The quota for {scope(crossed['api_key'], crossed['model'])} has reached its soft limit of "
        f"{amount(unit, crossed['soft_limit'])}: {amount(unit, crossed['used'])} are used in the month that began on "
        f"{crossed['period']}. {then}\n\nGET /api/v1/quotas shows where every quota stands. This is told once a month."
    )
