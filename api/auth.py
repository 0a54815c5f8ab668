"""Who asks: the bearer key of a request, once a request."""

from flask import g, request

from millrace.errors import Unauthorized
from millrace.identity import keys
from millrace.identity.caller import Caller


def authenticate(permission: str) -> Caller:
    """Find the caller, who must have this permission, and keep it for this request. Raises Unauthorized, Forbidden."""
    found = of_key(_presented())
    found.need(permission)
    g.caller = found
    return found


def of_key(key: str) -> Caller:
    """The caller that a key belongs to. Raises Unauthorized."""
    found = keys.find(key) if key else None
    if found is None:
        raise Unauthorized("Send a valid API key as `Authorization: Bearer mr_live_...`.")
    return found


def _presented() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "").strip()


def caller() -> Caller:
    """The caller of this request."""
    return g.caller
