"""Who a request comes from, and what they may do: found once a request, by key or by access token."""

from collections.abc import Collection
from dataclasses import dataclass

from millrace.errors import Forbidden
from millrace.identity.permissions import PUBLIC, SIGNED_IN


@dataclass(frozen=True, slots=True)
class Caller:
    """An API key, or a user's session. `tier` is the tenant's; a key can have a lesser one, and a rate of its own."""

    tenant: str
    permissions: frozenset[str]
    tier: str
    key: str | None = None
    session: str | None = None
    user: str | None = None
    #: Models it may ask; None: every one.
    models: frozenset[str] | None = None
    key_tier: str | None = None
    requests_per_hour: int | None = None

    @property
    def actor(self) -> str:
        """As the audit log names it: `key:<id>` or `user:<id>`."""
        return f"key:{self.key}" if self.key else f"user:{self.user}"

    def may(self, permission: str) -> bool:
        return permission in (PUBLIC, SIGNED_IN) or permission in self.permissions

    def need(self, permission: str) -> None:
        """Raises Forbidden, which says what is missing."""
        if not self.may(permission):
            raise Forbidden(f"This needs the permission {permission}. Ask an admin of your tenant for it.")

    def need_all(self, permissions: Collection[str]) -> None:
        """Nobody gives what they do not have. Raises Forbidden, which names it."""
        missing = sorted(set(permissions) - self.permissions)
        if missing:
            raise Forbidden(f"Nobody gives a permission that they do not have, and you lack {', '.join(missing)}.")
