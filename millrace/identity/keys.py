"""API keys: 256 random bits, shown once, kept as SHA-256. They are looked up, so no slow hash is needed."""

import hashlib
import secrets
import time
from dataclasses import dataclass

from millrace import db, ids

PREFIX = "mr_live_"

#: Seconds for which a key once found is believed; a revocation takes effect within this time.
BELIEVED = 1.0

_MAKE = "INSERT INTO api_keys (id, tenant, name, hash) VALUES (%s, %s, %s, %s)"

_FIND = "SELECT k.id, k.tenant FROM api_keys k WHERE k.hash = %s AND k.revoked_at IS NULL"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from."""

    key: str
    tenant: str


_found: dict[bytes, tuple[float, Caller]] = {}


def make(tenant: str, name: str) -> str:
    """A new key of a tenant, in clear, for the only time."""
    key = PREFIX + secrets.token_urlsafe(32)
    db.call(_MAKE, (ids.new(), tenant, name, _hash(key)))
    return key


def find(key: str) -> Caller | None:
    """The caller that this key belongs to, or None. Raises DatabaseUnavailable."""
    hash = _hash(key)
    known = _found.get(hash)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    rows = db.call(_FIND, (hash,))
    if not rows:
        _found.pop(hash, None)
        return None
    if len(_found) > 10_000:
        _found.clear()
    _found[hash] = (time.monotonic() + BELIEVED, Caller(*rows[0]))
    return _found[hash][1]


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()
