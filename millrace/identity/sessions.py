"""Sessions: a person who signed in, on one device. Access tokens name one; its refresh token makes it last."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from millrace import audit, db, ids
from millrace.errors import NotFound, Unauthorized
from millrace.identity import refresh_tokens, session_lookup
from millrace.settings import settings

#: Sessions that are listed: the newest.
LISTED = 200

_OPEN = text("SELECT * FROM open_session(:id, :user, :as_of, :wanted, :agent, :address, :refresh, :days)")

_LIST = """
SELECT id, tenant, user_agent, address, created_at, refreshed_at, expires_at FROM sessions
WHERE user_id = %s AND revoked_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT %s
"""

_REVOKE = text("""
UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = :reason
WHERE user_id = :user AND revoked_at IS NULL AND id IS DISTINCT FROM :but AND (CAST(:id AS uuid) IS NULL OR id = :id)
RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: shown in the list of sessions, so that their owner knows one from another."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as it is handed to its client."""

    id: str
    user: str
    tenant: str
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its owner sees it."""

    id: str
    tenant: str
    user_agent: str | None
    address: str | None
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime


def open_one(connection: Connection, user: str, as_of: datetime, tenant: str | None, origin: Origin) -> Opened:
    """Open a session in this transaction. `as_of`: when the password that was verified was set.

    Raises NotFound where the user is no member of this tenant, Unauthorized where the password was changed meanwhile.
    """
    id, token = ids.new(), refresh_tokens.make()
    given = {
        "id": id,
        "user": user,
        "as_of": as_of,
        "wanted": tenant,
        "agent": origin.user_agent[:300],
        "address": origin.address,
        "refresh": refresh_tokens.hashed(token),
        "days": settings().refresh_token_days,
    }
    outcome, picked = connection.execute(_OPEN, given).one()
    if outcome == "changed":
        raise Unauthorized("The password was changed just now. Sign in with the new one.", guess=False)
    if outcome == "no_tenant":
        raise NotFound("You belong to no such tenant." if tenant else "You belong to no tenant. Ask for an invitation.")
    return Opened(id, user, picked, token)


def list_of(user: str) -> list[Session]:
    """Those that are good now, newest first."""
    return [Session(*row) for row in db.call(_LIST, (user, LISTED), user=user)]


def revoke(
    connection: Connection, user: str, reason: str, *, id: str | None = None, but: str | None = None
) -> list[str]:
    """End this session of the user's, or every one but `but`; those that were ended. The transaction names the user."""
    given = {"user": user, "reason": reason, "id": id, "but": but}
    return [row[0] for row in connection.execute(_REVOKE, given)]


def end(user: str, tenant: str, act: audit.Act, address: str, *, id: str | None = None, but: str | None = None) -> int:
    """`revoke` as an act of its own; how many ended."""
    with db.transaction(user=user) as connection:
        ended = revoke(connection, user, str(act), id=id, but=but)
        if ended:
            audit.note(
                act,
                actor=f"user:{user}",
                tenant=tenant,
                details={"sessions": [ids.show("sess", each) for each in ended[:20]], "count": len(ended)},
                address=address,
                connection=connection,
            )
    session_lookup.forget(ended)
    return len(ended)
