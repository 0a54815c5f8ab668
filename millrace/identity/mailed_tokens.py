"""Tokens that a mail carries: to verify an address, or to choose a new password. Good once; kept as SHA-256."""

import hashlib
import secrets
from typing import Literal

from sqlalchemy import Connection, text

from millrace import db
from millrace.errors import InvalidField

Purpose = Literal["verify", "reset"]

#: Seconds that each is good.
GOOD = {"verify": 24 * 3600, "reset": 3600}

#: Tokens of one kind that an account can have good at a time: nobody's mailbox is filled through us.
MOST = 5

_MAKE = text("""
INSERT INTO mailed_tokens (hash, user_id, purpose, expires_at)
SELECT :hash, CASE WHEN count(*) < :most THEN CAST(:user AS uuid) END, :purpose, now() + make_interval(secs => :seconds)
FROM mailed_tokens WHERE user_id = CAST(:user AS uuid) AND purpose = :purpose AND created_at > now() - interval '1 hour'
RETURNING user_id IS NOT NULL
""")

_TAKE = text("""
UPDATE mailed_tokens SET used_at = clock_timestamp()
WHERE hash = :hash AND purpose = :purpose AND used_at IS NULL AND expires_at > clock_timestamp()
RETURNING user_id
""")

_VOID = text("UPDATE mailed_tokens SET used_at = clock_timestamp() WHERE user_id = :user AND used_at IS NULL")


class BadToken(InvalidField):
    """token: it is not good, or not any more. Ask for another mail."""

    code = "bad_token"

    def __init__(self) -> None:
        super().__init__(param="token")


def make(connection: Connection, user: str | None, purpose: Purpose) -> tuple[str, bool]:
    """A new token, and whether to mail it: not where there is no user, nor when MOST were mailed within the hour.

    It does the same work either way. The transaction must name the user.
    """
    token = f"mr_{purpose}_{secrets.token_urlsafe(32)}"
    given = {"hash": hashed(token), "user": user, "purpose": purpose, "seconds": GOOD[purpose], "most": MOST}
    return token, bool(connection.execute(_MAKE, given).scalar())


def owner(token: str, purpose: Purpose) -> tuple[str, str, str | None]:
    """(user, address, username) whose it is. Raises BadToken."""
    rows = db.call("SELECT * FROM find_mailed_token(%s, %s)", (hashed(token), purpose))
    if not rows:
        raise BadToken
    user, email, username = rows[0]
    return user, email, username


def take(connection: Connection, token: str, purpose: Purpose) -> None:
    """Use it up, in the transaction of what it is for, which must name its user. Raises BadToken."""
    if connection.execute(_TAKE, {"hash": hashed(token), "purpose": purpose}).scalar() is None:
        raise BadToken


def void(connection: Connection, user: str) -> None:
    """No token that was mailed to this user is good any longer."""
    connection.execute(_VOID, {"user": user})


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
