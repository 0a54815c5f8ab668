"""Refreshing: a refresh token is good once; one that comes again ends its session, since somebody stole it."""

from sqlalchemy import text

from millrace import audit, db
from millrace.errors import NotFound, Unauthorized
from millrace.identity import refresh_tokens, session_lookup
from millrace.identity.sessions import Opened
from millrace.settings import settings

_REFRESH = text("SELECT * FROM refresh_session(:old, :new, :wanted, :days)")


def refresh(token: str, tenant: str | None, address: str) -> Opened:
    """The session with a new refresh token, speaking for this tenant if one is named.

    Of several that come at once with one token exactly one gets the session; the next ends it. Raises Unauthorized;
    NotFound where the user is no member of the tenant, and then the token stays good.
    """
    new = refresh_tokens.make()
    with db.transaction() as connection:
        given = {
            "old": refresh_tokens.hashed(token),
            "new": refresh_tokens.hashed(new),
            "wanted": tenant,
            "days": settings().refresh_token_days,
        }
        outcome, session, user, picked = connection.execute(_REFRESH, given).one()
        if outcome == "reused":
            audit.note(
                audit.Act.refresh_reused,
                actor=f"user:{user}",
                tenant=picked,
                target=f"session:{session}",
                address=address,
                connection=connection,
            )
    if outcome == "refreshed":
        return Opened(session, user, picked, new)
    if outcome == "reused":
        session_lookup.forget([session])
    raise _refused(outcome)


def _refused(outcome: str) -> Exception:
    if outcome == "no_tenant":
        return NotFound("You belong to no such tenant.")
    if outcome == "reused":
        return Unauthorized("This refresh token was used before, so its session was ended. Sign in again.", guess=False)
    return Unauthorized("The session is over. Sign in again.", guess=outcome == "unknown")
