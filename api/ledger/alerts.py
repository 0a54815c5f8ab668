"""Alerts: what those who run the platform should look at."""

import json

from api.ledger.noting import note
from api.ledger.shapes import AlertInfo, AlertList, AlertQuery, Settled
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from millrace import db, ids
from millrace.audit import Act
from millrace.errors import NotFound
from millrace.identity.permissions import Permission
from millrace.ledger import alerts
from millrace.ledger.alerts import Alert


@operation(
    "GET /api/v1/admin/alerts",
    summary="List alerts",
    tag="Administration",
    permission=Permission.platform_admin,
    query=AlertQuery,
    answers={200: AlertList},
)
def list_alerts(query: AlertQuery) -> AlertList:
    """Balances that had drifted, and soft limits that were crossed: newest first."""
    found = alerts.alerts(query.open, cursor("alert", query.after), query.limit + 1)
    return page(AlertList, [_info(each) for each in found], query.limit)


@operation(
    "POST /api/v1/admin/alerts/<id>/settle",
    summary="Settle an alert",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: Settled, 404: Problem},
)
def settle_alert(id: str) -> Settled:
    """Somebody has looked at it. Safe to repeat."""
    known = ids.parse("alert", id)
    if known is None:
        raise NotFound
    with db.transaction() as connection:
        tenant = alerts.settle(connection, known)
        note(Act.alert_settled, id, tenant=tenant, connection=connection)
    return Settled(id=id, object="alert", settled=True)


def _info(alert: Alert) -> AlertInfo:
    return AlertInfo(
        id=ids.show("alert", alert.id),
        object="alert",
        kind=alert.kind,
        tenant=ids.show("ten", alert.tenant) if alert.tenant else None,
        about=alert.about,
        details=json.loads(alert.details),
        raised_at=seconds(alert.raised_at) or 0,
        settled_at=seconds(alert.settled_at),
    )
