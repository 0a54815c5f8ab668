"""API keys: 256 random bits, shown once, kept as SHA-256. They are looked up, so no slow hash is needed."""

import hashlib
import re
import secrets
import time
from collections.abc import Collection
from typing import NamedTuple

from millrace import db, ids
from millrace.errors import Unauthorized
from millrace.identity import key_use
from millrace.identity.caller import Caller
from millrace.identity.permissions import OF_OPERATORS, OF_TENANTS

PREFIX = "mr_live_"

#: What all of ours look like; nothing else is worth a question to the database.
_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")

#: Seconds for which a key once found is believed; a revocation takes effect within this time.
BELIEVED = 1.0

#: Keys of which one process remembers whose they are.
REMEMBERED = 10_000

_MAKE = "INSERT INTO api_keys (id, tenant, name, hash, hint) VALUES (%s, %s, %s, %s, %s)"

_FIND = "SELECT * FROM find_key(%s)"

_ENDED = {
    "revoked": "This API key was revoked. Make another with POST /api/v1/keys.",
    "expired": "This API key has expired. Make another with POST /api/v1/keys.",
    "disabled": "The account that made this API key is disabled. Ask an admin of your tenant for another.",
    "suspended": "This tenant is suspended. Ask those who run the platform.",
}

_found: dict[bytes, tuple[float, Caller]] = {}


class Found(NamedTuple):
    """A row of find_key."""

    id: str
    tenant: str
    user: str | None
    scopes: list[str] | None
    tenant_scopes: list[str] | None
    models: list[str] | None
    tenant_models: list[str] | None
    operates: bool
    tier: str
    key_tier: str | None
    requests_per_hour: int | None
    ended: str | None


def generate() -> str:
    """A new key, in clear."""
    return PREFIX + secrets.token_urlsafe(32)


def make(tenant: str, name: str) -> str:
    """A new key of a tenant that may do whatever the tenant may, in clear, for the only time."""
    key = generate()
    db.call(_MAKE, (ids.new(), tenant, name, hashed(key), hint(key)), tenants=[tenant])
    return key


def find(key: str) -> Caller | None:
    """The caller that this key belongs to; None where it is no key of ours.

    Raises DatabaseUnavailable, and Unauthorized where it was one: revoked, expired, its tenant suspended.
    """
    if not _SHAPE.fullmatch(key):
        return None
    hash = hashed(key)
    known = _found.get(hash)
    if known is None or known[0] <= time.monotonic():
        known = _look_up(hash)
    if known is None:
        return None
    key_use.note(str(known[1].key))
    return known[1]


def _look_up(hash: bytes) -> tuple[float, Caller] | None:
    """What was true when we asked may be over when we hear it: it is believed from then on."""
    asked = time.monotonic()
    rows = db.call(_FIND, (hash,))
    if not rows:
        return None
    found = Found(*rows[0])
    if found.ended:
        forget(hash)
        raise Unauthorized(_ENDED[found.ended], guess=False)
    if len(_found) > REMEMBERED:
        _found.clear()
    _found[hash] = (asked + BELIEVED, _caller(found))
    return _found[hash]


def forget(*hashes: bytes) -> None:
    """Believe nothing of these any more, in this process."""
    for hash in hashes:
        _found.pop(bytes(hash), None)


def _caller(found: Found) -> Caller:
    return Caller(
        tenant=found.tenant,
        permissions=allowed(found.operates, found.tenant_scopes, found.scopes),
        tier=found.tier,
        key=found.id,
        user=found.user,
        models=both(found.models, found.tenant_models),
        key_tier=found.key_tier,
        requests_per_hour=found.requests_per_hour,
    )


def allowed(
    operates: bool, tenant_scopes: Collection[str] | None, scopes: Collection[str] | None = None
) -> frozenset[str]:
    """What a key may do: its scopes, of what its tenant allows now. None is everything, and `operates` adds to it."""
    most = OF_TENANTS | OF_OPERATORS if operates else OF_TENANTS
    for narrower in (tenant_scopes, scopes):
        most = most if narrower is None else most & frozenset(narrower)
    return frozenset(str(each) for each in most)


def both(one: Collection[str] | None, other: Collection[str] | None) -> frozenset[str] | None:
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
