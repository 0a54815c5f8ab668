"""The caches of a tenant: what it wants of them, and purging them."""

from typing import Annotated

from pydantic import BaseModel, Field

from api.auth import caller
from api.identity.asking import actor
from api.identity.shapes import Body
from api.operations import operation
from api.shapes import Problem
from millrace import ids
from millrace.cache import preference, purge
from millrace.cache.preference import Preference
from millrace.errors import NotFound
from millrace.identity.permissions import Permission

TAG = "Caches"


class PurgeQuery(BaseModel):
    """What to purge."""

    model: str | None = Field(None, max_length=200, description="Only the answers of this model.")


class AdminPurgeQuery(PurgeQuery):
    """The same, of whomever."""

    tenant: str | None = Field(None, max_length=100, description="Only this tenant's; without it, everybody's.")


class Purged(BaseModel):
    """How many answers were void from that moment on."""

    purged: int


class CacheSettings(Body):
    """What the tenant wants of the semantic cache. Nulls are the platform's own values."""

    semantic: bool = Field(False, description="For every request that does not say what it wants of the caches.")
    threshold: Annotated[float, Field(ge=0.5, le=1)] | None = Field(
        None, description="How like a question must be, as the cosine of two vectors. docs/caches.md has the figures."
    )
    max_age_seconds: Annotated[float, Field(gt=0, le=31_536_000)] | None = Field(
        None, description="How old an answer to another question may be; the platform's own limit is the most."
    )


@operation(
    "GET /api/v1/cache",
    summary="Look at the cache's settings",
    tag=TAG,
    permission=Permission.tenant_read,
    answers={200: CacheSettings},
)
def show_cache_settings() -> CacheSettings:
    """Your tenant's."""
    found = preference.find(caller().tenant)
    return CacheSettings(semantic=found.semantic, threshold=found.threshold, max_age_seconds=found.seconds)


@operation(
    "PUT /api/v1/cache",
    summary="Change the cache's settings",
    tag=TAG,
    permission=Permission.tenant_admin,
    body=CacheSettings,
    answers={200: CacheSettings},
)
def change_cache_settings(body: CacheSettings) -> CacheSettings:
    """Workers know it two seconds later."""
    preference.put(caller().tenant, Preference(body.semantic, body.threshold, body.max_age_seconds))
    return show_cache_settings()


@operation(
    "DELETE /api/v1/cache",
    summary="Purge your caches",
    tag=TAG,
    permission=Permission.jobs_write,
    query=PurgeQuery,
    answers={200: Purged},
)
def purge_cache(query: PurgeQuery) -> Purged:
    """At once, and everywhere: no answer that was given, or asked for, before this is given again. Jobs stay."""
    return Purged(purged=purge.purge(actor(), caller().tenant, query.model))


@operation(
    "DELETE /api/v1/admin/cache",
    summary="Purge anybody's caches",
    tag="Administration",
    permission=Permission.platform_admin,
    query=AdminPurgeQuery,
    answers={200: Purged, 404: Problem},
)
def purge_any_cache(query: AdminPurgeQuery) -> Purged:
    """After a model was replaced under its name, say."""
    tenant = ids.parse("ten", query.tenant) if query.tenant else None
    if query.tenant and tenant is None:
        raise NotFound
    return Purged(purged=purge.purge(actor(), tenant, query.model))
