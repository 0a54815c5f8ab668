"""Access tokens: RS256 JWTs (RFC 9068) that name a session. What its user may do is looked up, not written in them."""

import hashlib
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt

from millrace import ids
from millrace.errors import Unauthorized
from millrace.identity import signing
from millrace.settings import settings

ALGORITHM, TYPE, AUDIENCE = "RS256", "at+jwt", "millrace"

#: Seconds by which clocks of our own machines may differ.
LEEWAY = 5

#: Seconds for which a signature that was verified is believed: a key that is withdrawn is out by then.
BELIEVED = 60.0

#: Tokens that a process remembers, and characters of one.
REMEMBERED, LONGEST = 10_000, 2_000

_KID = re.compile(r"[0-9a-f]{32}\Z")

_CLAIMS = ["iss", "aud", "sub", "sid", "tid", "iat", "nbf", "exp", "jti"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says. `expires` is in Unix seconds."""

    user: str
    session: str
    tenant: str
    expires: float


_read: dict[bytes, tuple[float, Claims]] = {}


def issuer() -> str:
    return settings().public_url.rstrip("/") or "millrace"


def issue(user: str, session: str, tenant: str) -> str:
    """A token for this session, good for ACCESS_TOKEN_SECONDS."""
    kid, key = signing.signer()
    now = int(time.time())
    claims = {
        "iss": issuer(),
        "aud": AUDIENCE,
        "sub": ids.show("user", user),
        "sid": ids.show("sess", session),
        "tid": ids.show("ten", tenant),
        "iat": now,
        "nbf": now,
        "exp": now + settings().access_token_seconds,
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode(claims, key, ALGORITHM, headers={"kid": kid, "typ": TYPE})


def read(token: str) -> Claims:
    """What the token says, if it is ours and good now. Raises Unauthorized."""
    hash, now = hashlib.sha256(token.encode(errors="surrogatepass")).digest(), time.time()
    known = _read.get(hash)
    if known is not None and known[0] > now:
        return known[1]
    claims = _verified(token)
    if len(_read) >= REMEMBERED:
        _read.clear()
    _read[hash] = (min(now + BELIEVED, claims.expires), claims)
    return claims


#: What is found only behind a good signature: PUBLIC_URL was changed, or clocks differ.
_GENUINE = (
    jwt.ImmatureSignatureError,
    jwt.InvalidAudienceError,
    jwt.InvalidIssuerError,
    jwt.InvalidIssuedAtError,
    jwt.MissingRequiredClaimError,
)


def _verified(token: str) -> Claims:
    try:
        if len(token) > LONGEST or not token.isascii():
            raise jwt.DecodeError
        return _claims(jwt.decode(token, _key(token), **_RULES, issuer=issuer()))
    except jwt.ExpiredSignatureError:
        # The signature comes before the claims, so this one was ours.
        raise Unauthorized("The access token has ended. POST /api/v1/auth/refresh gives another.", guess=False)
    except jwt.InvalidTokenError as failure:
        message = "That is no access token of ours. POST /api/v1/auth/login gives one."
        raise Unauthorized(message, guess=not isinstance(failure, _GENUINE))


_RULES: dict[str, Any] = {
    "algorithms": [ALGORITHM],
    "audience": AUDIENCE,
    "leeway": LEEWAY,
    "options": {"require": _CLAIMS, "strict_aud": True},
}


def _key(token: str) -> Any:
    """The key that the header names; the header may say nothing but what ours do."""
    header = jwt.get_unverified_header(token)
    kid = header.pop("kid", None)
    if header != {"alg": ALGORITHM, "typ": TYPE} or not isinstance(kid, str) or not _KID.match(kid):
        raise jwt.DecodeError
    key = signing.find(kid)
    if key is None:
        raise jwt.DecodeError
    return key.public


def _claims(given: dict[str, Any]) -> Claims:
    user, session, tenant = (
        ids.parse(prefix, str(given[claim])) for prefix, claim in (("user", "sub"), ("sess", "sid"), ("ten", "tid"))
    )
    if user is None or session is None or tenant is None:
        raise jwt.DecodeError
    return Claims(user, session, tenant, float(given["exp"]))
