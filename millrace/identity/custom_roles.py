"""A tenant's own roles, beside the four that every tenant has."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, text

from millrace import audit, db
from millrace.errors import Conflict, InvalidField, NotFound
from millrace.identity import tenants
from millrace.identity.actor import Actor
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission
from millrace.identity.roles import BUILTIN, allowed_to, permissions_of
from millrace.identity.tenants import Tenant

#: What one of its own may be called.
_NAME = re.compile("[a-z0-9-]{1,40}")

#: Roles of its own that a tenant may have.
MOST = 100

_ALL = "SELECT name, permissions FROM roles WHERE tenant = %s ORDER BY name"

_ONE = "SELECT permissions FROM roles WHERE tenant = :tenant AND name = :name"

_PUT = """
INSERT INTO roles (tenant, name, permissions)
SELECT :tenant, :name, :permissions WHERE (SELECT count(*) FROM roles WHERE tenant = :tenant AND name <> :name) < :most
ON CONFLICT (tenant, name) DO UPDATE SET permissions = excluded.permissions RETURNING 1
"""

_USED = """
SELECT EXISTS (SELECT 1 FROM members WHERE tenant = :tenant AND role = :name) OR EXISTS (
    SELECT 1 FROM invitations
    WHERE tenant = :tenant AND role = :name AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > now()
)
"""

_DELETE = "DELETE FROM roles WHERE tenant = :tenant AND name = :name RETURNING 1"


@dataclass(frozen=True, slots=True)
class Role:
    """A role as a tenant knows it."""

    name: str
    permissions: list[str]
    builtin: bool


def find_all(tenant: str) -> list[Role]:
    """The four, then the tenant's own by name."""
    own = [Role(name, permissions, False) for name, permissions in db.call(_ALL, (tenant,), tenants=[tenant])]
    return [Role(name, sorted(permissions_of(name)), True) for name in BUILTIN] + own


def find(tenant: str, name: str) -> Role:
    """Raises NotFound."""
    for role in find_all(tenant):
        if role.name == name:
            return role
    raise NotFound


def put(actor: Actor, name: str, permissions: Collection[Permission]) -> Role:
    """Make or change a role. Raises Forbidden, Conflict, InvalidField."""
    tenant = actor.caller.tenant
    if name in BUILTIN:
        raise Conflict(f"{name} is one of the roles that every tenant has. Choose another name.")
    if not _NAME.fullmatch(name):
        raise InvalidField("name: 1 to 40 of a-z, 0-9 and -.", param="name")
    wanted = sorted({str(each) for each in permissions})
    with db.transaction(tenants=[tenant]) as connection:
        tenants.lock(connection, tenant)
        # Nor does anybody take from others what is beyond them.
        actor.caller.need_all([*wanted, *(_permissions(connection, tenant, name) or [])])
        values = {"tenant": tenant, "name": name, "permissions": wanted, "most": MOST}
        if connection.execute(text(_PUT), values).one_or_none() is None:
            raise Conflict(f"A tenant may have {MOST} roles of its own. Delete one first.")
        actor.note(connection, audit.Act.role_changed, f"role:{name}", permissions=wanted)
    return Role(name, wanted, False)


def delete(actor: Actor, name: str) -> None:
    """Raises NotFound, and Conflict where somebody has it, or is invited to."""
    tenant = actor.caller.tenant
    if name in BUILTIN:
        raise Conflict(f"{name} is one of the roles that every tenant has, and stays.")
    if not _NAME.fullmatch(name):
        raise NotFound
    with db.transaction(tenants=[tenant]) as connection:
        tenants.lock(connection, tenant)
        if connection.execute(text(_USED), {"tenant": tenant, "name": name}).scalar():
            raise Conflict("Somebody has this role, or is invited to it. Give them another first.")
        if connection.execute(text(_DELETE), {"tenant": tenant, "name": name}).one_or_none() is None:
            raise NotFound
        actor.note(connection, audit.Act.role_deleted, f"role:{name}")


def need_to_give(connection: Connection, caller: Caller, tenant: Tenant, role: str) -> None:
    """Who gives a role, or takes it, must have all that it may. Raises Forbidden, InvalidField where there is none."""
    custom = _permissions(connection, tenant.id, role)
    if role not in BUILTIN and custom is None:
        raise InvalidField("role: name one of those that GET /api/v1/roles lists.", param="role")
    if role == "owner":
        # Also where the tenant may so little now that owners can do no more than others.
        caller.need(Permission.tenant_admin)
    caller.need_all(allowed_to(role, custom, tenant.operates, tenant.scopes))


def _permissions(connection: Connection, tenant: str, name: str) -> list[str] | None:
    found: list[str] | None = connection.execute(text(_ONE), {"tenant": tenant, "name": name}).scalar()
    return found
