"""Quotas: a tenant's own, and those that the platform sets it."""

from decimal import Decimal
from typing import Any

from api.auth import caller
from api.ledger.noting import note
from api.ledger.shapes import NewPlatformQuota, NewQuota, QuotaInfo, QuotaList
from api.money import nanos, usd
from api.operations import operation
from api.pages import PageQuery, cursor, page
from api.shapes import Problem
from millrace import db, ids
from millrace.audit import Act
from millrace.catalog.catalog import catalog
from millrace.errors import InvalidField, NotFound
from millrace.identity.permissions import Permission
from millrace.ledger import period, quotas
from millrace.ledger.quotas import Quota, Standing

OF_TENANT = "/api/v1/admin/tenants/<id>/quotas"


@operation(
    "GET /api/v1/quotas",
    summary="List quotas",
    tag="Quotas",
    permission=Permission.usage_read,
    query=PageQuery,
    answers={200: QuotaList},
)
def list_quotas(query: PageQuery) -> QuotaList:
    """What your tenant, its keys and its models may use this month, and what is used and reserved."""
    return _list(caller().tenant, query)


@operation(
    "PUT /api/v1/quotas",
    summary="Set a quota of your own",
    tag="Quotas",
    permission=Permission.quotas_admin,
    body=NewQuota,
    answers={200: QuotaInfo, 409: Problem},
)
def set_quota(body: NewQuota) -> QuotaInfo:
    """Makes one, or changes the one you set for the same unit, key and model. It stands beside the platform's quotas:
    every one that fits a job binds it, so yours can make things tighter, and never looser."""
    return _put(caller().tenant, _quota(caller().tenant, body), own=True)


@operation(
    "DELETE /api/v1/quotas/<id>",
    summary="Delete a quota of your own",
    tag="Quotas",
    permission=Permission.quotas_admin,
    answers={204: "It binds nothing any more.", 404: Problem},
)
def delete_quota(id: str) -> Any:
    """Those that the platform or your tier set are not yours to delete."""
    return _remove(caller().tenant, id, own=True)


@operation(
    f"GET {OF_TENANT}",
    summary="List a tenant's quotas",
    tag="Administration",
    permission=Permission.platform_admin,
    query=PageQuery,
    answers={200: QuotaList, 404: Problem},
)
def list_tenant_quotas(id: str, query: PageQuery) -> QuotaList:
    """Its tier's, the platform's and its own."""
    tenant = _tenant(id)
    note(Act.admin_read, "quotas", tenant=tenant)
    return _list(tenant, query)


@operation(
    f"POST {OF_TENANT}",
    summary="Set a tenant's quota",
    tag="Administration",
    permission=Permission.platform_admin,
    body=NewPlatformQuota,
    answers={200: QuotaInfo, 404: Problem},
)
def set_tenant_quota(id: str, body: NewPlatformQuota) -> QuotaInfo:
    """Makes one, or changes the one for the same unit, key and model; also in the place of its tier's."""
    tenant = _tenant(id)
    wanted = _quota(tenant, body, body.overage, nanos(body.overage_usd))
    return _put(tenant, wanted, own=False)


@operation(
    f"DELETE {OF_TENANT}/<quota>",
    summary="Delete a tenant's quota",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={204: "It binds nothing any more.", 404: Problem},
)
def delete_tenant_quota(id: str, quota: str) -> Any:
    """One that the platform set. Where it stood in the place of its tier's, that is back."""
    return _remove(_tenant(id), quota, own=False)


def _tenant(shown: str) -> str:
    found = ids.parse("ten", shown)
    if found is None or not db.call("SELECT 1 FROM tenants WHERE id = %s", (found,), tenants=[found]):
        raise NotFound
    return found


def _list(tenant: str, query: PageQuery) -> QuotaList:
    found = quotas.standing(tenant, after=cursor("quota", query.after), limit=query.limit + 1)
    return page(QuotaList, [_info(each) for each in found], query.limit)


def _quota(tenant: str, body: NewQuota, overage: bool = False, overage_nanos: int = 0) -> Quota:
    key = ids.parse("key", body.api_key) if body.api_key is not None else None
    if body.api_key is not None and key is None:
        raise InvalidField("api_key: the id of a key, `key_...`.", param="api_key")
    if body.model is not None:
        catalog().model(body.model)
    money = body.unit == "usd"
    soft, hard = (body.soft_limit_usd, body.hard_limit_usd) if money else (body.soft_limit, body.hard_limit)
    limits = [None if limit is None else nanos(Decimal(limit)) if money else int(limit) for limit in (soft, hard)]
    unit = "nanos" if money else body.unit
    return Quota(tenant, unit, key, body.model, limits[0], limits[1], overage, overage_nanos)


def _put(tenant: str, wanted: Quota, *, own: bool) -> QuotaInfo:
    with db.transaction(tenants=[tenant]) as connection:
        made = quotas.put(connection, wanted, own=own)
        details = {name: getattr(wanted, name) for name in ("unit", "api_key", "model", "soft_limit", "hard_limit")}
        note(Act.quota_set, ids.show("quota", made), details, tenant=tenant, connection=connection)
    return _info(quotas.find(tenant, made))


def _remove(tenant: str, shown: str, *, own: bool) -> Any:
    id = ids.parse("quota", shown)
    if id is None:
        raise NotFound
    with db.transaction(tenants=[tenant]) as connection:
        quotas.remove(connection, tenant, id, own=own)
        note(Act.quota_removed, shown, tenant=tenant, connection=connection)
    return "", 204


def _info(found: Standing) -> QuotaInfo:
    names = ("soft_limit", "hard_limit", "used", "reserved")
    counted: dict[str, Any] = {name: getattr(found, name) for name in names}
    money: dict[str, Any] = dict.fromkeys(f"{name}_usd" for name in names)
    if found.unit == "nanos":
        money = {f"{name}_usd": None if value is None else usd(value) for name, value in counted.items()}
        counted = dict.fromkeys(names)
    told = {
        "id": ids.show("quota", found.id),
        "object": "quota",
        "unit": "usd" if found.unit == "nanos" else found.unit,
        "api_key": ids.show("key", found.api_key) if found.api_key else None,
        "model": found.model,
        "set_by": "tenant" if found.own else "tier" if found.of_tier else "platform",
        "overage": found.overage,
        "overage_usd": usd(found.overage_nanos),
        "period": f"{found.period:%Y-%m}",
        "period_ends_at": int(period.end(found.period).timestamp()),
    }
    return QuotaInfo.model_validate(told | counted | money)
