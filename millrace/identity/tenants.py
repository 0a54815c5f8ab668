"""Tenants: who pays, and whose rows they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from millrace import audit, db, ids
from millrace.errors import Conflict, NotFound
from millrace.identity.actor import Actor
from millrace.settings import settings

#: Tenants that one user may own.
OWNED = 20

_COLUMNS = "id, name, tier, weight, scopes, models, operates, created_at, suspended_at"

_FIND = f"SELECT {_COLUMNS} FROM tenants WHERE id = :id"

_INSERT = """
WITH made AS (INSERT INTO tenants (id, name, tier) VALUES (:id, :name, :tier) RETURNING id)
INSERT INTO members (tenant, user_id, role) SELECT id, :owner, 'owner' FROM made
"""


@dataclass(frozen=True, slots=True)
class Tenant:
    """As its members see it. `scopes` and `models`: the most that its keys and members may; None is everything."""

    id: str
    name: str
    tier: str
    weight: float
    scopes: list[str] | None
    models: list[str] | None
    operates: bool
    created_at: datetime
    suspended_at: datetime | None


def find(tenant: str | None) -> Tenant:
    """Raises NotFound."""
    found = db.call(_FIND.replace(":id", "%s"), (tenant,), tenants=[tenant]) if tenant else []
    if not found:
        raise NotFound
    return Tenant(*found[0])


def lock(connection: Connection, tenant: str | None) -> Tenant:
    """Who changes a tenant, its members or its roles takes turns with others who do. Raises NotFound."""
    found = connection.execute(text(f"{_FIND} FOR NO KEY UPDATE"), {"id": tenant}).one_or_none()
    if found is None:
        raise NotFound
    return Tenant(*found)


def insert(connection: Connection, id: str, name: str, owner: str) -> None:
    """A tenant of the tier that new ones have, with its owner. The transaction must name both."""
    values = {"id": id, "name": name, "tier": settings().default_tier, "owner": owner}
    connection.execute(text(_INSERT), values)
    apply_tier_quota(connection, id)


def apply_tier_quota(connection: Connection, tenant: str) -> None:
    connection.execute(text("SELECT apply_tier_quota(:tenant)"), {"tenant": tenant})


def make(actor: Actor, owner: str, name: str) -> Tenant:
    """Another tenant of a user's. Raises Conflict where they own too many."""
    id = ids.new()
    with db.transaction(tenants=[id], user=owner) as connection:
        # Two at once take turns.
        connection.execute(text("SELECT 1 FROM users WHERE id = :user FOR NO KEY UPDATE"), {"user": owner})
        owned: Any = connection.execute(
            text("SELECT count(*) FROM members WHERE user_id = :user AND role = 'owner'"), {"user": owner}
        ).scalar()
        if owned >= OWNED:
            raise Conflict(f"You own {owned} tenants, and {OWNED} is the most. Leave one first.")
        insert(connection, id, name, owner)
        actor.note(connection, audit.Act.tenant_created, ids.show("ten", id), tenant=id, name=name)
    return find(id)


def rename(actor: Actor, name: str) -> Tenant:
    """One's own."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        before = lock(connection, tenant)
        connection.execute(text("UPDATE tenants SET name = :name WHERE id = :id"), {"id": tenant, "name": name})
        actor.note(connection, audit.Act.tenant_changed, ids.show("ten", tenant), name=name, before=before.name)
    return find(tenant)
