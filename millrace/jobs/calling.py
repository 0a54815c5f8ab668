"""From a claimed job to the call that its engine is given."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from millrace import crypto
from millrace.cache.wish import Wish, taken
from millrace.catalog import live
from millrace.catalog.catalog import Model, catalog
from millrace.crypto import fields
from millrace.engines.engine import Call, Deadlines
from millrace.engines.failures import Refused
from millrace.errors import LocalOnly
from millrace.jobs.asked import as_chat
from millrace.jobs.claim import Claimed
from millrace.settings import settings
from millrace.vendor_keys.brought import Brought, brought


@dataclass(frozen=True, slots=True)
class Calling:
    """The call; what the request wants of the caches, if it says so; and the tenant's own key, if that makes it."""

    call: Call
    wish: Wish | None
    brought: Brought | None


def calling(job: Claimed, model: Model) -> Calling:
    """Raises Refused, Unreadable, DatabaseUnavailable."""
    given = json.loads(crypto.unseal(job.body, fields.REQUEST.of(job.id)))
    wish = taken(given)
    endpoint, body = as_chat(job.endpoint, given)
    key = brought(job.tenant, model)
    call = Call(
        endpoint=endpoint,
        body=body,
        model=model.upstream_name,
        stream=job.stream,
        deadlines=_deadlines(job, model),
        attempt=job.failures + 1,
        key=key.key if key else None,
    )
    return Calling(call, wish, key)


def _deadlines(job: Claimed, model: Model) -> Deadlines:
    given = Deadlines(**model.options.get("deadlines", {}))
    if job.deadline is None:
        return given
    left = (job.deadline - datetime.now(UTC)).total_seconds()
    return Deadlines(given.connect, given.first_byte, given.idle, max(0.001, min(given.total, left)))


def model_of(job: Claimed) -> Model:
    """The model of a job; one that was made this moment was not heard of here yet. Raises UnknownModel, Refused."""
    model = catalog().models.get(job.model) or live.look().model(job.model)
    if settings().local_only and not model.private:
        raise Refused(LocalOnly().message, code=LocalOnly.code)
    return model
