"""The keys that sign access tokens: RSA, published before they sign and until the last token they signed is over.

Whoever needs a key and finds the next one missing makes it; its private part is encrypted.
"""

import time
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import text

from millrace import audit, crypto, db, ids
from millrace.identity import turns
from millrace.settings import settings

#: Bits of the modulus (RFC 7518 wants 2048 for RS256).
BITS = 2048

#: Seconds that a key is published before it signs, so that whoever keeps the published keys has it in time.
AHEAD = 86_400.0

#: Seconds for which a process goes without looking at the table.
BELIEVED = 30.0

#: Seconds between two looks on behalf of tokens whose key is unknown: anybody can make those up.
APART = 1.0

_ALL = """
SELECT kid, public, private, extract(epoch FROM signs_from)::float8, extract(epoch FROM signs_until)::float8
FROM signing_keys WHERE published_until > now() ORDER BY signs_from, kid
"""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('signing_keys', 0))")

#: The new one follows on the last. Not if somebody else was quicker: then the last reaches further than AHEAD.
_ADD = text("""
INSERT INTO signing_keys (kid, private, public, signs_from, signs_until, published_until)
SELECT :kid, :private, :public, n.begins, n.begins + make_interval(secs => :period),
    n.begins + make_interval(secs => :period + :after)
FROM (SELECT greatest(now(), max(signs_until)) AS begins, max(signs_until) AS last FROM signing_keys) n
WHERE n.last IS NULL OR n.last <= now() + make_interval(secs => :ahead)
RETURNING kid
""")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A published key. Times are Unix seconds, by the database's clock."""

    kid: str
    public: rsa.RSAPublicKey
    sealed: str = field(repr=False)
    signs_from: float
    signs_until: float


_known: dict[str, SigningKey] = {}
_looked = float("-inf")


def find(kid: str) -> SigningKey | None:
    """The published key of this name; one that was withdrawn is known for BELIEVED at the most."""
    since = time.monotonic() - _looked
    if since > BELIEVED or (kid not in _known and since > APART):
        _look()
    return _known.get(kid)


def published() -> list[SigningKey]:
    """Every key that a good token may be signed with, now or soon; the last is the one that signs the longest."""
    if time.monotonic() - _looked > min(BELIEVED, _ahead() / 2):
        _look()
    if not _known or max(key.signs_until for key in _known.values()) <= time.time() + _ahead():
        _make()
        _look()
    return list(_known.values())


def signer() -> tuple[str, rsa.RSAPrivateKey]:
    """The name and the private part of the key that signs now."""
    begun = [key for key in published() if key.signs_from <= time.time()]
    # Our clock may be behind the database's, by which the first key signs from now on.
    key = max(begun, key=lambda each: each.signs_from) if begun else published()[0]
    return key.kid, _private(key.kid, key.sealed)


def _look() -> None:
    global _known, _looked
    rows = db.call(_ALL)
    _known = {kid: SigningKey(kid, _public(public), *rest) for kid, public, *rest in rows}
    _looked = time.monotonic()


def _make() -> None:
    """Make the next key, unless another process just did. It is computed before the lock is held."""
    made = turns.run(rsa.generate_private_key, 65537, BITS)
    kid = ids.new().replace("-", "")
    given = {
        "kid": kid,
        "private": crypto.seal(_pem(made), f"signing_keys.private:{kid}"),
        "public": made.public_key().public_bytes(*_PUBLIC).decode(),
        "period": _period(),
        "ahead": _ahead(),
        # Until the last token has ended, wherever clocks differ by a minute.
        "after": settings().access_token_seconds + 60,
    }
    with db.transaction() as connection:
        connection.execute(_LOCK)
        if connection.execute(_ADD, given).scalar() is not None:
            audit.note(audit.Act.signing_key_rotated, actor="system", tenant=None, target=kid, connection=connection)


def _period() -> float:
    return settings().signing_key_days * 86_400


def _ahead() -> float:
    return min(AHEAD, _period() / 4)


_PUBLIC = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _pem(key: rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


@lru_cache(maxsize=64)
def _public(pem: str) -> rsa.RSAPublicKey:
    found = serialization.load_pem_public_key(pem.encode())
    assert isinstance(found, rsa.RSAPublicKey)
    return found


@lru_cache(maxsize=4)
def _private(kid: str, sealed: str) -> rsa.RSAPrivateKey:
    found = serialization.load_pem_private_key(crypto.unseal(sealed, f"signing_keys.private:{kid}").encode(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found
