"""What those who run the platform grant to a tenant, and take from it: tier, weight, scopes, models, or everything."""

from typing import Any

from sqlalchemy import Connection, text

from millrace import audit, db, ids
from millrace.errors import Conflict, InvalidField
from millrace.identity import tenants
from millrace.identity.actor import Actor
from millrace.identity.permissions import Permission
from millrace.identity.tenants import Tenant

_CHANGE = """
UPDATE tenants SET tier = :tier, weight = :weight, scopes = :scopes, models = :models,
    suspended_at = CASE WHEN :suspended THEN coalesce(suspended_at, now()) END
WHERE id = :id
"""

#: In the order in which claims lock them too.
_WEIGH = """
UPDATE flows f SET weight = :weight
FROM (SELECT lane, tenant FROM flows WHERE tenant = :id ORDER BY lane FOR UPDATE) l
WHERE f.lane = l.lane AND f.tenant = l.tenant
"""

_LIST = "SELECT * FROM list_tenants(%s, %s::uuid, %s)"


def find_all(prefix: str, after: str | None, limit: int) -> list[Tenant]:
    """Every tenant whose name starts so, oldest first, from the one after `after`."""
    return [Tenant(*row) for row in db.call(_LIST, (prefix, after, limit))]


def change(actor: Actor, tenant: str | None, wanted: dict[str, Any]) -> Tenant:
    """`wanted`: some of tier, weight, scopes, models, suspended. Raises NotFound, InvalidField, Conflict."""
    with db.transaction(tenants=[tenant] if tenant else []) as connection:
        before = tenants.lock(connection, tenant)
        _refuse_to_lock_out(before, wanted)
        _write(connection, before, wanted)
        actor.note(connection, _act(before, wanted), ids.show("ten", before.id), tenant=before.id, **wanted)
    return tenants.find(tenant)


def _refuse_to_lock_out(tenant: Tenant, wanted: dict[str, Any]) -> None:
    """Nobody could take it back."""
    scopes = wanted.get("scopes")
    powerless = scopes is not None and Permission.platform_admin not in scopes
    if tenant.operates and (wanted.get("suspended") or powerless):
        raise Conflict("This tenant runs the platform: without it nobody could, so it keeps platform:admin.")


def _write(connection: Connection, before: Tenant, wanted: dict[str, Any]) -> None:
    fields = {"tier": before.tier, "weight": before.weight, "scopes": before.scopes, "models": before.models}
    _need_tier(connection, wanted.get("tier", before.tier))
    fields |= {"suspended": before.suspended_at is not None} | wanted
    connection.execute(text(_CHANGE), fields | {"id": before.id})
    if fields["weight"] != before.weight:
        connection.execute(text(_WEIGH), {"id": before.id, "weight": fields["weight"]})
    if fields["tier"] != before.tier:
        tenants.apply_tier_quota(connection, before.id)


def _need_tier(connection: Connection, tier: str) -> None:
    known: list[str] = list(connection.execute(text("SELECT name FROM tiers ORDER BY rank")).scalars())
    if tier not in known:
        raise InvalidField(f"tier: one of {', '.join(known)}.", param="tier")


def _act(before: Tenant, wanted: dict[str, Any]) -> audit.Act:
    """The gravest of what changes."""
    suspended = before.suspended_at is not None
    if wanted.get("suspended", suspended) != suspended:
        return audit.Act.tenant_resumed if suspended else audit.Act.tenant_suspended
    return audit.Act.tenant_changed if wanted.get("tier", before.tier) == before.tier else audit.Act.tier_changed
