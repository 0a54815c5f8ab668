"""API keys: 256 random bits, shown once, kept as SHA-256. They are looked up, so no slow hash is needed."""

import hashlib
import secrets
import time

from millrace import db, ids
from millrace.identity.caller import Caller
from millrace.identity.permissions import OF_OPERATORS, OF_TENANTS

PREFIX = "mr_live_"

#: Seconds for which a key once found is believed; a revocation takes effect within this time.
BELIEVED = 1.0

#: Keys of which one process remembers whose they are.
REMEMBERED = 10_000

_MAKE = "INSERT INTO api_keys (id, tenant, name, hash, hint) VALUES (%s, %s, %s, %s, %s)"

_FIND = "SELECT * FROM find_key(%s)"

_found: dict[bytes, tuple[float, Caller]] = {}


def make(tenant: str, name: str) -> str:
    """A new key of a tenant, in clear, for the only time."""
    key = PREFIX + secrets.token_urlsafe(32)
    db.call(_MAKE, (ids.new(), tenant, name, hashed(key), hint(key)), tenants=[tenant])
    return key


def find(key: str) -> Caller | None:
    """The caller that this key belongs to, or None. Raises DatabaseUnavailable."""
    hash = hashed(key)
    known = _found.get(hash)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    rows = db.call(_FIND, (hash,))
    if not rows:
        _found.pop(hash, None)
        return None
    if len(_found) > REMEMBERED:
        _found.clear()
    _found[hash] = (time.monotonic() + BELIEVED, _caller(*rows[0]))
    return _found[hash][1]


def _caller(
    id: str,
    tenant: str,
    user: str | None,
    scopes: list[str] | None,
    tenant_scopes: list[str] | None,
    models: list[str] | None,
    tenant_models: list[str] | None,
    operates: bool,
    tier: str,
    key_tier: str | None,
    requests_per_hour: int | None,
) -> Caller:
    return Caller(
        tenant=tenant,
        permissions=allowed(operates, tenant_scopes, scopes),
        tier=tier,
        key=id,
        user=user,
        models=_both(models, tenant_models),
        key_tier=key_tier,
        requests_per_hour=requests_per_hour,
    )


def allowed(operates: bool, tenant_scopes: list[str] | None, scopes: list[str] | None) -> frozenset[str]:
    """What a key may do: its scopes, of what its tenant allows now. None is everything, and `operates` adds to it."""
    most = OF_TENANTS | OF_OPERATORS if operates else OF_TENANTS
    for narrower in (tenant_scopes, scopes):
        most = most if narrower is None else most & frozenset(narrower)
    return frozenset(str(each) for each in most)


def _both(one: list[str] | None, other: list[str] | None) -> frozenset[str] | None:
    """What both lists have; None is every name."""
    if one is None or other is None:
        given = one if other is None else other
        return None if given is None else frozenset(given)
    return frozenset(one) & frozenset(other)


def hint(key: str) -> str:
    """What a list shows of a key, to tell one from another."""
    return f"{PREFIX}...{key[-4:]}"


def hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()
