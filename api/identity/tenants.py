"""Tenants: one's own, another one; and all of them, for those who run the platform."""

from typing import Any

from api.auth import caller
from api.identity.asking import actor
from api.identity.model_names import known_models
from api.identity.sessions import person
from api.identity.shapes import TenantChange, TenantForAdmin, TenantInfo, TenantList, TenantName, TenantQuery
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from millrace import audit, ids
from millrace.errors import InvalidField
from millrace.identity import tenant_grants, tenants
from millrace.identity.permissions import SIGNED_IN, Permission
from millrace.identity.tenants import Tenant


@operation(
    "GET /api/v1/tenant",
    summary="Look at your tenant",
    tag="Tenants",
    permission=Permission.tenant_read,
    answers={200: TenantInfo},
)
def show_tenant() -> TenantInfo:
    """Its tier, and the most that its members and keys may do."""
    return TenantInfo(**_fields(tenants.find(caller().tenant)))


@operation(
    "PATCH /api/v1/tenant",
    summary="Rename your tenant",
    tag="Tenants",
    permission=Permission.tenant_admin,
    body=TenantName,
    answers={200: TenantInfo},
)
def rename_tenant(body: TenantName) -> TenantInfo:
    """Its owners may."""
    return TenantInfo(**_fields(tenants.rename(actor(), body.name)))


@operation(
    "POST /api/v1/tenants",
    summary="Make another tenant",
    tag="Tenants",
    permission=SIGNED_IN,
    body=TenantName,
    answers={201: TenantInfo, 403: Problem, 409: Problem},
)
def create_tenant(body: TenantName) -> Any:
    """You own it. It has a tier, quotas, keys and members of its own. For people, not for API keys."""
    return TenantInfo(**_fields(tenants.make(actor(), person().user, body.name))), 201


@operation(
    "GET /api/v1/admin/tenants",
    summary="List all tenants",
    tag="Administration",
    permission=Permission.platform_admin,
    query=TenantQuery,
    answers={200: TenantList},
)
def list_tenants(query: TenantQuery) -> TenantList:
    """Oldest first. Narrow by what their names start with."""
    found = tenant_grants.find_all(query.name, cursor("ten", query.after), query.limit + 1)
    actor().note(None, audit.Act.admin_read, "tenants", name=query.name)
    return page(TenantList, [_for_admin(each) for each in found], query.limit)


@operation(
    "GET /api/v1/admin/tenants/<id>",
    summary="Look at a tenant",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: TenantForAdmin, 404: Problem},
)
def show_any_tenant(id: str) -> TenantForAdmin:
    """Anybody's."""
    found = tenants.find(ids.parse("ten", id))
    actor().note(None, audit.Act.admin_read, id, tenant=found.id)
    return _for_admin(found)


@operation(
    "PATCH /api/v1/admin/tenants/<id>",
    summary="Change what a tenant may",
    tag="Administration",
    permission=Permission.platform_admin,
    body=TenantChange,
    answers={200: TenantForAdmin, 404: Problem, 409: Problem},
)
def change_any_tenant(id: str, body: TenantChange) -> TenantForAdmin:
    """In force within a second, for its sessions and keys too. A tier brings its monthly quota; a weight, its share."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    for name in ("tier", "weight", "suspended"):
        if name in given and given[name] is None:
            raise InvalidField(f"{name}: cannot be null. Leave it out to keep it.", param=name)
    if given.get("scopes") is not None:
        given["scopes"] = sorted({str(each) for each in given["scopes"]})
    known_models(given.get("models"))
    return _for_admin(tenant_grants.change(actor(), ids.parse("ten", id), given))


def _for_admin(tenant: Tenant) -> TenantForAdmin:
    return TenantForAdmin(**_fields(tenant), operates=tenant.operates, suspended_at=seconds(tenant.suspended_at))


def _fields(tenant: Tenant) -> dict[str, Any]:
    return {
        "id": ids.show("ten", tenant.id),
        "object": "tenant",
        "name": tenant.name,
        "tier": tenant.tier,
        "weight": tenant.weight,
        "scopes": tenant.scopes,
        "models": tenant.models,
        "created_at": seconds(tenant.created_at),
    }
