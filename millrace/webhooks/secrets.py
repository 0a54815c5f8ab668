"""Secrets: one of each endpoint, and one of each tenant for what its jobs and batches name. Sealed where they lie.

One that was rotated signs beside its successor until it expires.
"""

import json

from sqlalchemy import Connection, text

from millrace import crypto, db, ids
from millrace.crypto import fields
from millrace.webhooks import signing

#: Of these several that fall together make one: the first.
_MAKE = """
INSERT INTO webhook_secrets (id, tenant, endpoint, secret) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""

_CURRENT = """
SELECT id, secret FROM webhook_secrets
WHERE tenant = %s AND endpoint IS NOT DISTINCT FROM %s::uuid AND expires_at IS NULL
"""

_INSERT = text("INSERT INTO webhook_secrets (id, tenant, endpoint, secret) VALUES (:id, :tenant, :endpoint, :secret)")

_EXPIRE = text("""
UPDATE webhook_secrets SET expires_at = now() + make_interval(secs => :overlap)
WHERE tenant = :tenant AND endpoint IS NOT DISTINCT FROM cast(:endpoint AS uuid) AND expires_at IS NULL
""")


def current(tenant: str, endpoint: str | None) -> str:
    """The secret that holds: of an endpoint, or the tenant's own, which is made when it is first asked for."""
    rows = db.call(_CURRENT, (tenant, endpoint), tenants=[tenant])
    if not rows:
        id = ids.new()
        db.call(_MAKE, (id, tenant, endpoint, _sealed(id, signing.generate())), tenants=[tenant])
        rows = db.call(_CURRENT, (tenant, endpoint), tenants=[tenant])
    return opened(*rows[0])


def make(connection: Connection, tenant: str, endpoint: str | None) -> str:
    """The first secret of an endpoint, in the transaction that makes it."""
    id, secret = ids.new(), signing.generate()
    given = {"id": id, "tenant": tenant, "endpoint": endpoint, "secret": _sealed(id, secret)}
    connection.execute(_INSERT, given)
    return secret


def rotate(connection: Connection, tenant: str, endpoint: str | None, overlap: int) -> str:
    """A new secret; the one before signs too for `overlap` seconds. Of two at once the second waits for the first."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:of, 11))"), {"of": endpoint or tenant})
    connection.execute(_EXPIRE, {"tenant": tenant, "endpoint": endpoint, "overlap": overlap})
    return make(connection, tenant, endpoint)


def of_claim(tenant: str, found: str | None) -> list[str]:
    """Those that sign a delivery, newest first, of the JSON list of (id, sealed) that claim_deliveries gives."""
    return [opened(id, sealed) for id, sealed in json.loads(found)] if found else [current(tenant, None)]


def opened(id: str, sealed: str) -> str:
    return crypto.unseal(sealed, fields.WEBHOOK_SECRET.of(id))


def _sealed(id: str, secret: str) -> str:
    return crypto.seal(secret, fields.WEBHOOK_SECRET.of(id))
