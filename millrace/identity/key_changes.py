"""Making, changing, rotating and revoking API keys: each one transaction, with its note in the audit log."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from millrace import audit, db, ids
from millrace.clock import now
from millrace.errors import Conflict, Forbidden
from millrace.identity import key_list, key_rows, keys
from millrace.identity.actor import Actor
from millrace.identity.caller import Caller
from millrace.identity.key_list import Key
from millrace.identity.key_rights import bounds


@dataclass(slots=True)
class Wanted:
    """What a new key is asked to be; None is as much as whoever asks may give. `budget`: nano-dollars a month."""

    name: str
    tier: str | None = None
    scopes: list[str] | None = None
    models: list[str] | None = None
    requests_per_hour: int | None = None
    budget: int | None = None
    expires_at: datetime | None = None


def make(actor: Actor, wanted: Wanted, of_tenant: str | None = None) -> tuple[Key, str]:
    """A new key, and its secret for the only time. `of_tenant`: another's, for those who run the platform.

    Raises InvalidField, Forbidden, NotFound, Conflict.
    """
    caller, tenant, secret = actor.caller, of_tenant or actor.caller.tenant, keys.generate()
    with db.transaction(tenants=[tenant]) as connection:
        given = bounds(connection, caller, tenant).within(dataclasses.asdict(wanted))
        key = Key(
            id=ids.new(),
            tenant=tenant,
            hint=keys.hint(secret),
            created_by=caller.user if tenant == caller.tenant else None,
            created_at=now(),
            last_used_at=None,
            revoked_at=None,
            replaced_by=None,
            **given,
        )
        key_rows.insert(connection, key, secret)
        told = {name: value for name, value in given.items() if value is not None}
        actor.note(connection, audit.Act.key_created, _shown(key.id), tenant=tenant, **told)
    return key, secret


def change(actor: Actor, id: str | None, wanted: dict[str, Any]) -> Key:
    """`wanted`: some of Wanted's fields. Raises InvalidField, Forbidden, NotFound, Conflict."""
    caller = actor.caller
    with db.transaction(tenants=[caller.tenant]) as connection:
        before = _in_force(connection, caller, id)
        given = bounds(connection, caller, caller.tenant).within(wanted)
        key = dataclasses.replace(before, **given)
        hash = key_rows.update(connection, key)
        if key.budget != before.budget:
            key_rows.set_budget(connection, key)
        actor.note(connection, audit.Act.key_changed, _shown(key.id), **given)
    keys.forget(hash)
    return key


def rotate(actor: Actor, id: str | None, overlap: int) -> tuple[Key, str]:
    """A new key with the same properties; the old one ends in `overlap` seconds, and says by which it was replaced.

    Raises Forbidden, NotFound, Conflict.
    """
    caller, secret = actor.caller, keys.generate()
    with db.transaction(tenants=[caller.tenant]) as connection:
        old = _in_force(connection, caller, id)
        if not bounds(connection, caller, caller.tenant).cover(old):
            raise Forbidden("This key may do more than you, so its successor is not for you to hold.")
        key = dataclasses.replace(
            old, id=ids.new(), hint=keys.hint(secret), created_at=now(), last_used_at=None, replaced_by=None
        )
        key_rows.insert(connection, key, secret)
        hash = key_rows.replace(connection, old, key.id, overlap)
        actor.note(connection, audit.Act.key_rotated, _shown(old.id), successor=_shown(key.id), overlap_seconds=overlap)
    keys.forget(hash)
    return key, secret


def revoke(actor: Actor, id: str | None) -> None:
    """At once in this process, within a second in the others. Safe to repeat. Raises NotFound."""
    caller = actor.caller
    with db.transaction(tenants=[caller.tenant]) as connection:
        key = key_list.find_in(connection, caller, id, lock=True)
        hash = key_rows.revoke(connection, key)
        actor.note(connection, audit.Act.key_revoked, _shown(key.id), name=key.name)
    keys.forget(hash)


def _in_force(connection: Connection, caller: Caller, id: str | None) -> Key:
    """Locked, so that of two rotations at once the second finds it replaced."""
    key = key_list.find_in(connection, caller, id, lock=True)
    expired = key.expires_at is not None and key.expires_at <= now()
    if key.revoked_at or key.replaced_by or expired:
        state = "revoked" if key.revoked_at else "replaced" if key.replaced_by else "expired"
        raise Conflict(f"This key is {state}. Make another with POST /api/v1/keys.")
    return key


def _shown(id: str) -> str:
    return ids.show("key", id)
