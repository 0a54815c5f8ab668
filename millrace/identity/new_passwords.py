"""A new password: chosen by who knows the old one, or by who reads the account's mail. It ends every other session."""

from datetime import datetime

from sqlalchemy import Connection, text

from millrace import audit, db, ids, mail
from millrace.errors import Conflict, Forbidden
from millrace.identity import accounts, letters, mailed_tokens, passwords, session_lookup, sessions
from millrace.identity.accounts import Account

_SET = text("""
UPDATE users SET password_hash = :hash, password_changed_at = clock_timestamp()
WHERE id = :user AND password_changed_at = coalesce(:as_of, password_changed_at)
RETURNING id
""")

_VERIFIED = text("UPDATE users SET verified_at = coalesce(verified_at, now()) WHERE id = :user")


class WrongPassword(Forbidden):
    """current_password is wrong."""

    code = "wrong_password"


def change(account: Account, current: str, new: str, *, tenant: str, session: str, address: str) -> None:
    """Another password; this session goes on. Raises WrongPassword, InvalidField; Conflict when it was just changed."""
    if not passwords.verify(account.password_hash, current):
        raise WrongPassword
    passwords.check(new, account.email, account.username)
    hash = passwords.hashed(new)
    with db.transaction(user=account.id) as connection:
        ended = _set(connection, account.id, hash, account.password_changed_at, session)
        mail.write(connection, account.email, *letters.changed())
        audit.note(
            audit.Act.password_changed,
            actor=f"user:{account.id}",
            tenant=tenant,
            details={"sessions_ended": len(ended)},
            address=address,
            connection=connection,
        )
    session_lookup.forget(ended)


def forgot(email: str, address: str) -> None:
    """Mail a token to the account of this address. For an address that nobody has, the same work is done in vain."""
    account = accounts.find(email)
    user = account.id if account and not account.disabled else None
    with db.transaction(user=user) as connection:
        token, send = mailed_tokens.make(connection, user, "reset")
        mail.write(connection, account.email if account else email, *letters.reset(token), send=send)
        target = ids.show("user", user) if user else None
        audit.note(
            audit.Act.password_reset_asked,
            actor="anonymous",
            tenant=None,
            target=target,
            address=address,
            connection=connection,
        )


def reset(token: str, new: str, address: str) -> None:
    """The password that who holds this token chooses; every session ends. Raises BadToken, InvalidField."""
    user, email, username = mailed_tokens.owner(token, "reset")
    passwords.check(new, email, username)
    hash = passwords.hashed(new)
    with db.transaction(user=user) as connection:
        mailed_tokens.take(connection, token, "reset")
        ended = _set(connection, user, hash, None, None)
        # The token came to this address.
        connection.execute(_VERIFIED, {"user": user})
        mail.write(connection, email, *letters.changed())
        audit.note(
            audit.Act.password_reset,
            actor=f"user:{user}",
            tenant=None,
            details={"sessions_ended": len(ended)},
            address=address,
            connection=connection,
        )
    session_lookup.forget(ended)


def _set(connection: Connection, user: str, hash: str, as_of: datetime | None, but: str | None) -> list[str]:
    """Whoever changes it second is told; and what an older password opened, or a mail offers, is over."""
    if connection.execute(_SET, {"hash": hash, "user": user, "as_of": as_of}).scalar() is None:
        raise Conflict("The password was changed just now. Sign in with the new one.")
    mailed_tokens.void(connection, user)
    return sessions.revoke(connection, user, "password", but=but)
