"""What somebody may do: every operation of the API names one of these (api/operations.py)."""

from enum import StrEnum


class Permission(StrEnum):
    """`thing:act`. A role is a set of them; a key's scopes are some of its tenant's."""

    jobs_read = "jobs:read"
    jobs_write = "jobs:write"
    batches_read = "batches:read"
    batches_write = "batches:write"
    files_read = "files:read"
    files_write = "files:write"
    schedules_read = "schedules:read"
    schedules_write = "schedules:write"
    webhooks_read = "webhooks:read"
    webhooks_write = "webhooks:write"
    #: See the secrets that sign.
    webhooks_admin = "webhooks:admin"
    conversations_read = "conversations:read"
    conversations_write = "conversations:write"
    models_read = "models:read"
    models_write = "models:write"
    usage_read = "usage:read"
    keys_read = "keys:read"
    keys_write = "keys:write"
    #: Keys of others too.
    keys_admin = "keys:admin"
    members_read = "members:read"
    members_admin = "members:admin"
    roles_admin = "roles:admin"
    quotas_admin = "quotas:admin"
    audit_read = "audit:read"
    tenant_read = "tenant:read"
    tenant_admin = "tenant:admin"
    ops_read = "ops:read"
    #: Across tenants: only for members and keys of the tenant that runs the platform.
    platform_admin = "platform:admin"


#: What a permission is declared as where none is needed: anybody may; anybody who is known may (on their own things).
PUBLIC, SIGNED_IN = "public", "signed-in"

#: What nobody has but those who run the platform.
OF_OPERATORS = frozenset({Permission.platform_admin, Permission.ops_read})

#: Everything within one tenant.
OF_TENANTS = frozenset(Permission) - OF_OPERATORS


def known(names: list[str]) -> frozenset[Permission]:
    """These names as permissions. Raises ValueError, which names the first that is none."""
    return frozenset(Permission(name) for name in names)
