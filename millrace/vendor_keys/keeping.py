"""Setting, listing and deleting a tenant's vendor keys. What was set is never shown again."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from millrace import audit, crypto, db, ids
from millrace.crypto import fields
from millrace.engines import keys
from millrace.engines.failures import Refused
from millrace.errors import Conflict, InvalidField, NotFound
from millrace.identity.actor import Actor
from millrace.vendor_keys.brought import of_tenant
from millrace.vendor_keys.reach import Reach, server

#: Keys of one tenant: its jobs read them all.
MOST = 200

#: Characters that are shown of a key, and how long it must be for that.
SHOWN, LONG = 4, 16

_PUT = text("""
INSERT INTO vendor_keys (id, tenant, engine, model, server, key, hint)
VALUES (:id, :tenant, :engine, :model, :server, :key, :hint)
ON CONFLICT (tenant, engine, model) DO UPDATE SET id = excluded.id, server = excluded.server, key = excluded.key,
    hint = excluded.hint, set_at = now(), used_at = NULL, rejected_at = NULL
""")

_COUNT = text("SELECT count(*) FROM vendor_keys WHERE tenant = :tenant AND (engine, model) <> (:engine, :model)")

_DELETE = text(
    "DELETE FROM vendor_keys WHERE tenant = :tenant AND engine = :engine AND model = :model RETURNING server"
)

_FIND = """
SELECT engine, model, server, hint, set_at, used_at, rejected_at FROM vendor_keys WHERE tenant = %s
ORDER BY engine, model
"""


@dataclass(frozen=True, slots=True)
class VendorKey:
    """All that is told of a key. `hint`: its last characters, none of a short one."""

    reach: Reach
    server: str
    hint: str
    set_at: datetime
    used_at: datetime | None
    rejected_at: datetime | None

    @property
    def good(self) -> bool:
        """False once the catalog names another server than the one that it was set for: then it is sent to neither."""
        try:
            return server(self.reach) == self.server
        except InvalidField:
            return False


def put(actor: Actor, reach: Reach, key: str) -> VendorKey:
    """Set or replace a key. Raises InvalidField, Conflict."""
    tenant, where = actor.caller.tenant, server(reach)
    with db.transaction(tenants=[tenant]) as connection:
        place = {"tenant": tenant, "engine": reach.engine, "model": reach.model}
        if connection.execute(_COUNT, place).scalar_one() >= MOST:
            raise Conflict(f"A tenant may have {MOST} vendor keys. Delete one first.")
        connection.execute(_PUT, place | {"server": where} | _sealed(tenant, reach, where, _fit(key)))
        actor.note(connection, audit.Act.vendor_key_set, f"vendor_key:{reach.id}", server=where)
    of_tenant.forget(tenant)
    return find(tenant, reach)


def _fit(key: str) -> str:
    try:
        return keys.fit(key)
    except Refused:
        raise InvalidField("key: visible ASCII characters, without spaces.", param="key") from None


def _sealed(tenant: str, reach: Reach, where: str, key: str) -> dict[str, Any]:
    """What the key is for is sealed with it: a row that says otherwise is not believed."""
    id = ids.new()
    sealed = crypto.seal(json.dumps([tenant, reach.engine, reach.model, where, key]), fields.VENDOR_KEY.of(id))
    return {"id": id, "key": sealed, "hint": key[-SHOWN:] if len(key) >= LONG else ""}


def find_all(tenant: str) -> list[VendorKey]:
    """By engine and model."""
    rows = db.call(_FIND, (tenant,), tenants=[tenant])
    return [VendorKey(Reach(engine, model), *rest) for engine, model, *rest in rows]


def find(tenant: str, reach: Reach) -> VendorKey:
    """Raises NotFound."""
    for each in find_all(tenant):
        if each.reach == reach:
            return each
    raise NotFound(f"Your organisation has set no key for {reach.id}.")


def delete(actor: Actor, reach: Reach) -> None:
    """Raises NotFound."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        place = {"tenant": tenant, "engine": reach.engine, "model": reach.model}
        if connection.execute(_DELETE, place).first() is None:
            raise NotFound(f"Your organisation has set no key for {reach.id}.")
        actor.note(connection, audit.Act.vendor_key_deleted, f"vendor_key:{reach.id}")
    of_tenant.forget(tenant)
