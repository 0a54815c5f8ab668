"""Members: which users speak for a tenant, and in which role."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from millrace import audit, db, ids
from millrace.errors import Conflict, NotFound
from millrace.identity import custom_roles, key_rows, keys, tenants
from millrace.identity.actor import Actor

_SELECT = """
SELECT m.user_id, u.username, u.email, m.role, m.created_at FROM members m JOIN users u ON u.id = m.user_id
WHERE m.tenant = :tenant
"""

_PAGE = f"""{_SELECT} AND (CAST(:after AS uuid) IS NULL OR m.user_id > CAST(:after AS uuid))
ORDER BY m.user_id LIMIT :limit"""

_ONE = f"{_SELECT} AND m.user_id = CAST(:user AS uuid)"

_OTHER_OWNER = "SELECT 1 FROM members WHERE tenant = :tenant AND role = 'owner' AND user_id <> :user LIMIT 1"


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a tenant."""

    user: str
    username: str | None
    email: str
    role: str
    created_at: datetime


def find_all(tenant: str, after: str | None, limit: int) -> list[Member]:
    """Those after `after`, in the order of their accounts."""
    with db.transaction(tenants=[tenant]) as connection:
        rows = connection.execute(text(_PAGE), {"tenant": tenant, "after": after, "limit": limit})
        return [Member(*row) for row in rows]


def change_role(actor: Actor, user: str | None, role: str) -> Member:
    """Raises NotFound, Forbidden, InvalidField, and Conflict where no owner would be left."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        locked = tenants.lock(connection, tenant)
        member = _find(connection, tenant, user)
        for each in (member.role, role):
            custom_roles.need_to_give(connection, actor.caller, locked, each)
        if role != "owner":
            _keep_an_owner(connection, tenant, member)
        connection.execute(
            text("UPDATE members SET role = :role WHERE tenant = :tenant AND user_id = :user"),
            {"role": role, "tenant": tenant, "user": member.user},
        )
        actor.note(connection, audit.Act.member_changed, _shown(member), role=role, before=member.role)
    return Member(member.user, member.username, member.email, role, member.created_at)


def remove(actor: Actor, user: str | None, keep_keys: bool = False) -> None:
    """Out, with the keys they made unless these are kept. Leaving is removing oneself.

    Raises NotFound, Forbidden, and Conflict where no owner would be left.
    """
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        locked = tenants.lock(connection, tenant)
        member = _find(connection, tenant, user)
        if member.user != actor.caller.user:
            custom_roles.need_to_give(connection, actor.caller, locked, member.role)
        _keep_an_owner(connection, tenant, member)
        connection.execute(
            text("DELETE FROM members WHERE tenant = :tenant AND user_id = :user"),
            {"tenant": tenant, "user": member.user},
        )
        revoked = [] if keep_keys else key_rows.revoke_made_by(connection, tenant, member.user)
        actor.note(connection, audit.Act.member_removed, _shown(member), role=member.role, keys_revoked=len(revoked))
    keys.forget(*revoked)


def _find(connection: Connection, tenant: str, user: str | None) -> Member:
    found = connection.execute(text(_ONE), {"tenant": tenant, "user": user}).one_or_none()
    if found is None:
        raise NotFound
    return Member(*found)


def _keep_an_owner(connection: Connection, tenant: str, leaving: Member) -> None:
    """Owners who go at once take turns at the tenant's row, so that the second sees the first gone."""
    if leaving.role != "owner":
        return
    other = connection.execute(text(_OTHER_OWNER), {"tenant": tenant, "user": leaving.user}).one_or_none()
    if other is None:
        raise Conflict("This is the last owner. Make another member an owner first.")


def _shown(member: Member) -> str:
    return ids.show("user", member.user)
