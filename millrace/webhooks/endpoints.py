"""Endpoints of a tenant: where it wants to be told of its events, for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from millrace import audit, db, ids
from millrace.errors import Conflict, NotFound
from millrace.identity.actor import Actor
from millrace.webhooks import secrets

#: Endpoints of one tenant: every event is written once for each that wants it.
MOST = 20

_COLUMNS = "id, tenant, url, events, description, enabled, reason, failing_since, created_at, disabled_at"

_LIST = f"SELECT {_COLUMNS} FROM webhook_endpoints WHERE tenant = %s ORDER BY id DESC"

_FIND = text(f"SELECT {_COLUMNS} FROM webhook_endpoints WHERE tenant = :tenant AND id = :id FOR UPDATE")

_INSERT = text(f"""
INSERT INTO webhook_endpoints (id, tenant, url, events, description) VALUES (:id, :tenant, :url, :events, :description)
RETURNING {_COLUMNS}
""")

_UPDATE = text(f"""
UPDATE webhook_endpoints SET url = :url, events = :events, description = :description, enabled = :enabled,
    reason = CASE WHEN NOT :enabled THEN coalesce(reason, 'asked') END,
    disabled_at = CASE WHEN NOT :enabled THEN coalesce(disabled_at, now()) END,
    failing_since = CASE WHEN enabled AND url = :url THEN failing_since END
WHERE tenant = :tenant AND id = :id
RETURNING {_COLUMNS}
""")

_COUNT = text("SELECT count(*) FROM webhook_endpoints WHERE tenant = :tenant")

#: Making one takes its turn, or two at once would both find room.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 12))")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`events` None: every type. `reason` says why it is not enabled: asked, gone (it answered 410), failing."""

    id: str
    tenant: str
    url: str
    events: list[str] | None
    description: str
    enabled: bool
    reason: str | None
    failing_since: datetime | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new endpoint is to be."""

    url: str
    events: Sequence[str] | None = None
    description: str = ""


def find_all(tenant: str) -> list[Endpoint]:
    """Newest first."""
    return [Endpoint(*row) for row in db.call(_LIST, (tenant,), tenants=[tenant])]


def find(tenant: str, id: str | None) -> Endpoint:
    """Raises NotFound."""
    found = next((each for each in find_all(tenant) if each.id == id), None)
    if found is None:
        raise NotFound("No such endpoint.")
    return found


def make(actor: Actor, wanted: Wanted) -> tuple[Endpoint, str]:
    """A new endpoint, and its secret. Raises Conflict where there are MOST."""
    tenant = actor.caller.tenant
    given = {"url": wanted.url, "events": _list(wanted.events), "description": wanted.description}
    with db.transaction(tenants=[tenant]) as connection:
        connection.execute(_TURN, {"tenant": tenant})
        if connection.execute(_COUNT, {"tenant": tenant}).scalar_one() >= MOST:
            raise Conflict(f"A tenant may have {MOST} endpoints. Delete one first.")
        made = _one(connection.execute(_INSERT, given | {"id": ids.new(), "tenant": tenant}))
        secret = secrets.make(connection, tenant, made.id)
        actor.note(connection, audit.Act.webhook_created, shown(made.id))
    return made, secret


def change(actor: Actor, id: str | None, wanted: dict[str, Any]) -> Endpoint:
    """`wanted`: some of url, events, description, enabled. What waits for one that is disabled ends; one that is
    enabled, or moves, begins without a history of failures. Raises NotFound."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        before = _found(connection, tenant, id)
        given = {name: getattr(before, name) for name in ("url", "events", "description", "enabled")} | wanted
        given["events"] = _list(given["events"])
        made = _one(connection.execute(_UPDATE, given | {"id": before.id, "tenant": tenant}))
        actor.note(connection, audit.Act.webhook_changed, shown(made.id), changed=sorted(wanted), enabled=made.enabled)
    return made


def rotate(actor: Actor, id: str | None, overlap: int) -> str:
    """The new secret of an endpoint, or with None of the tenant itself. Raises NotFound."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        secret = secrets.rotate(connection, tenant, id, overlap)
        actor.note(connection, audit.Act.webhook_secret_rotated, id and shown(id), overlap_seconds=overlap)
    return secret


def delete(actor: Actor, id: str | None) -> None:
    """Its deliveries stay in the log; those that wait end. Raises NotFound."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        found = _found(connection, tenant, id)
        given = {"tenant": tenant, "id": found.id}
        connection.execute(text("DELETE FROM webhook_endpoints WHERE tenant = :tenant AND id = :id"), given)
        connection.execute(text("DELETE FROM webhook_secrets WHERE tenant = :tenant AND endpoint = :id"), given)
        actor.note(connection, audit.Act.webhook_deleted, shown(found.id))


def shown(id: str) -> str:
    return ids.show("we", id)


def _found(connection: Connection, tenant: str, id: str | None) -> Endpoint:
    rows = connection.execute(_FIND, {"tenant": tenant, "id": id}).all() if id else []
    if not rows:
        raise NotFound("No such endpoint.")
    return Endpoint(*rows[0])


def _one(result: Any) -> Endpoint:
    return Endpoint(*result.one())


def _list(events: Sequence[str] | None) -> list[str] | None:
    return None if events is None else sorted(set(events))
