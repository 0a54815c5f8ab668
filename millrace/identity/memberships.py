"""The tenants that somebody belongs to."""

from dataclasses import dataclass

from millrace import db

_OF = "SELECT tenant, role FROM members WHERE user_id = %s ORDER BY created_at, tenant"

_NAMES = "SELECT id, name, tier FROM tenants WHERE id = ANY (%s::uuid[]) AND suspended_at IS NULL"


@dataclass(frozen=True, slots=True)
class Membership:
    """A tenant, and one's role there; None for an API key, which has none."""

    tenant: str
    name: str
    tier: str
    role: str | None


def of(user: str | None, tenant: str) -> list[Membership]:
    """Every tenant of a user's, first joined first; without a user, this one."""
    roles: dict[str, str | None] = dict(db.call(_OF, (user,), user=user)) if user else {tenant: None}
    if not roles:
        return []
    found = {id: (name, tier) for id, name, tier in db.call(_NAMES, (list(roles),), tenants=list(roles))}
    return [Membership(id, *found[id], role) for id, role in roles.items() if id in found]
