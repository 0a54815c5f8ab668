"""Who asks: the API key or the access token of a request, once a request."""

from flask import g, request

from millrace.errors import Unauthorized
from millrace.identity import keys, session_lookup, tokens
from millrace.identity.caller import Caller

#: What all our keys begin with; anything else is taken for an access token.
KEY = "mr_"

HOW = "Send a valid API key as `Authorization: Bearer mr_live_...`, or the access token of a sign-in in its place."


def authenticate(permission: str) -> Caller:
    """Find the caller, who must have this permission, and keep it for this request. Raises Unauthorized, Forbidden."""
    found = of(presented())
    found.need(permission)
    g.caller = found
    return found


def of(shown: str) -> Caller:
    """The caller that an API key or an access token belongs to. Raises Unauthorized."""
    if not shown:
        raise Unauthorized(HOW)
    return _of_key(shown) if shown.startswith(KEY) else _of_token(shown)


def _of_key(key: str) -> Caller:
    found = keys.find(key)
    if found is None:
        raise Unauthorized(HOW)
    return found


def _of_token(token: str) -> Caller:
    claims = tokens.read(token)
    found = session_lookup.find(claims.session)
    if found is not None and found.tenant != claims.tenant:
        # It may have moved a moment ago.
        found = session_lookup.find(claims.session, afresh=True)
    if found is None or found.user != claims.user:
        raise Unauthorized("The session is over. Sign in again.", guess=False)
    if found.tenant != claims.tenant:
        raise Unauthorized("The session moved to another tenant: use the access token that it got then.", guess=False)
    return found


def presented() -> str:
    """What this request shows: a bearer, or an X-API-Key."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    return shown.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "").strip()


def caller() -> Caller:
    """The caller of this request."""
    return g.caller
