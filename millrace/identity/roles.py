"""Roles: four that every tenant has, and a tenant's own. A role is a set of permissions."""

from collections.abc import Collection

from millrace.identity.permissions import OF_OPERATORS, OF_TENANTS, Permission

#: What the work itself needs: jobs, batches, files, schedules, webhooks, conversations.
_WORK = frozenset(
    Permission(f"{thing}:{act}")
    for thing in ("jobs", "batches", "files", "schedules", "webhooks", "conversations")
    for act in ("read", "write")
)

#: `keys:read` and `keys:write` are about one's own.
_READS = frozenset(each for each in _WORK if each.endswith(":read")) | {
    Permission.models_read,
    Permission.usage_read,
    Permission.keys_read,
    Permission.members_read,
    Permission.tenant_read,
}

BUILTIN: dict[str, frozenset[Permission]] = {
    "owner": OF_TENANTS,
    "admin": OF_TENANTS - {Permission.tenant_admin},
    "developer": _READS | _WORK | {Permission.keys_write},
    "viewer": _READS,
}

#: Whose members run the platform too, where the tenant does.
OPERATORS = frozenset({"owner", "admin"})


def permissions_of(role: str, custom: Collection[str] | None = None) -> frozenset[str]:
    """What a role may do; `custom`: the permissions of the tenant's own role of this name, if there is one."""
    given: Collection[str] = BUILTIN.get(role, custom or ())
    return frozenset(str(each) for each in given)


def allowed_to(
    role: str, custom: Collection[str] | None, operates: bool, tenant_scopes: Collection[str] | None
) -> frozenset[str]:
    """What a member in this role may do now: clipped by what the tenant may, and by whether it runs the platform."""
    most = permissions_of(role, custom)
    if operates and role in OPERATORS:
        most |= {str(each) for each in OF_OPERATORS}
    elif not operates:
        most -= OF_OPERATORS
    return most if tenant_scopes is None else most & frozenset(tenant_scopes)
