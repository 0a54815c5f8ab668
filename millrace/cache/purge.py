"""Purging: what was answered before is void from this moment on, in every process.

It is void by the database's word (answer_jobs.sql looks at each hit); that the copies go, too, is only tidy.
"""

from sqlalchemy import text

from millrace import db
from millrace.audit import Act
from millrace.cache import exact, nearby
from millrace.identity.actor import Actor

_PURGE = text("SELECT purge_caches(:tenant, :model)")


def purge(actor: Actor, tenant: str | None, model: str | None) -> int:
    """Void what is cached of a tenant (None: of all), and of a model (None: of all); how many answers that were.

    Raises DatabaseUnavailable.
    """
    with db.transaction(tenants=[tenant or actor.caller.tenant]) as connection:
        keys = [row[0] for row in connection.execute(_PURGE, {"tenant": tenant, "model": model})]
        actor.note(connection, Act.cache_purged, tenant or "all", model=model, answers=len(keys))
    exact.tell_purged(tenant, model)
    nearby.drop(keys)
    return len(keys)
