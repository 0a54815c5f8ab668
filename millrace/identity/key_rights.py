"""What a key may be given: never more than its tenant has, nor more than whoever makes it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from millrace.clock import now
from millrace.errors import Forbidden, InvalidField, NotFound
from millrace.identity import keys
from millrace.identity.caller import Caller
from millrace.identity.key_list import Key
from millrace.identity.permissions import Permission

FAR = timedelta(days=3653)

#: The tenant's, beside those of the key that asks, where it is one of the tenant's.
_READ = """
SELECT t.scopes, t.models, t.operates, k.id IS NOT NULL, k.tier, k.scopes, k.models, k.expires_at,
    k.requests_per_hour IS NOT NULL OR EXISTS (SELECT 1 FROM quotas q WHERE q.tenant = t.id AND q.api_key = k.id),
    ARRAY(SELECT r.name FROM tiers r WHERE r.rank <= least(its.rank, own.rank) ORDER BY r.rank)
FROM tenants t JOIN tiers its ON its.name = t.tier
LEFT JOIN api_keys k ON k.tenant = t.id AND k.id = :key
LEFT JOIN tiers own ON own.name = k.tier
WHERE t.id = :tenant
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a caller may give a key of a tenant. `own_*`: what it gives unasked; None is all of the tenant's.
    `most`: all that the tenant may.
    """

    most: frozenset[str]
    tiers: Sequence[str]
    scopes: frozenset[str]
    models: frozenset[str] | None
    expires_at: datetime | None
    own_tier: str | None
    own_scopes: list[str] | None
    own_models: list[str] | None

    def within(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The fields of a key as they may be. Raises InvalidField, which says what may."""
        limits: dict[str, Callable[[Any], Any]] = {
            "tier": self.tier, "scopes": self.scopes_of, "models": self.models_of, "expires_at": self.expiry,
        }  # fmt: skip
        return {name: limits[name](value) if name in limits else value for name, value in wanted.items()}

    def cover(self, key: Key) -> bool:
        """True where this key has nothing beyond them: then they may hold its successor."""
        scopes = self.own_scopes is None or (key.scopes is not None and self.most & set(key.scopes) <= self.scopes)
        models = self.own_models is None or (key.models is not None and set(key.models) <= set(self.own_models))
        tier = self.own_tier is None or key.tier in self.tiers
        lasts = self.expires_at is None or (key.expires_at is not None and key.expires_at <= self.expires_at)
        return scopes and models and tier and lasts

    def tier(self, wanted: str | None) -> str | None:
        """None: the tenant's, whichever it is. Raises InvalidField."""
        if wanted is None:
            return self.own_tier
        if wanted not in self.tiers:
            raise InvalidField(f"tier: you may give {', '.join(self.tiers)}.", param="tier")
        return wanted

    def scopes_of(self, wanted: Collection[str] | None) -> list[str] | None:
        """None: whatever the tenant may. Raises InvalidField."""
        if wanted is None:
            return self.own_scopes
        if beyond := sorted(set(wanted) - self.scopes):
            given = ", ".join(sorted(self.scopes)) or "none"
            raise InvalidField(f"scopes: not {', '.join(beyond)[:200]}. You may give {given}.", param="scopes")
        return sorted(set(wanted))

    def models_of(self, wanted: Collection[str] | None) -> list[str] | None:
        """None: every one of the tenant's. Raises InvalidField."""
        if wanted is None:
            return self.own_models
        if self.models is not None and not set(wanted) <= self.models:
            given = ", ".join(sorted(self.models)) or "none"
            raise InvalidField(f"models: you may give {given}.", param="models")
        return sorted(set(wanted))

    def expiry(self, wanted: datetime | None) -> datetime | None:
        """None: never. Raises InvalidField."""
        if wanted is not None and not now() < wanted < now() + FAR:
            raise InvalidField("expires_at: must be to come, and ten years away at most.", param="expires_at")
        if self.expires_at is not None and wanted is not None and wanted > self.expires_at:
            raise InvalidField(f"expires_at: {self.expires_at:%Y-%m-%dT%H:%M:%SZ} at the latest.", param="expires_at")
        return wanted or self.expires_at


def bounds(connection: Connection, caller: Caller, tenant: str) -> Bounds:
    """What this caller may give. Another tenant's keys are for those who run the platform.

    Raises Forbidden, also where a key has a rate or a budget of its own, which those it made would not count against.
    """
    foreign = tenant != caller.tenant
    if foreign:
        caller.need(Permission.platform_admin)
    found = connection.execute(text(_READ), {"tenant": tenant, "key": caller.key}).one_or_none()
    if found is None:
        raise NotFound
    tenant_scopes, tenant_models, operates, by_key, tier, scopes, models, expires_at, limited, tiers = found
    if limited:
        raise Forbidden("This key has a rate or a budget of its own, so it makes and changes no others. Sign in.")
    most = keys.allowed(operates, tenant_scopes)
    may = most if foreign else caller.permissions & most
    return Bounds(
        most=most,
        tiers=tiers,
        scopes=may,
        models=keys.both(models, tenant_models),
        expires_at=expires_at,
        own_tier=tier,
        own_scopes=scopes if by_key or may == most else sorted(may),
        own_models=models,
    )
