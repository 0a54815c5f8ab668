"""Verifying an address: who brings the token that was mailed there reads its mail."""

from sqlalchemy import text

from millrace import audit, db, ids, mail
from millrace.identity import accounts, letters, mailed_tokens

_VERIFIED = text("UPDATE users SET verified_at = coalesce(verified_at, now()) WHERE id = :user")


def verify(token: str, address: str) -> None:
    """The address of this token is verified. Raises BadToken."""
    user, _, _ = mailed_tokens.owner(token, "verify")
    with db.transaction(user=user) as connection:
        mailed_tokens.take(connection, token, "verify")
        connection.execute(_VERIFIED, {"user": user})
        audit.note(
            audit.Act.address_verified,
            actor=f"user:{user}",
            tenant=None,
            target=ids.show("user", user),
            address=address,
            connection=connection,
        )


def resend(email: str) -> None:
    """Mail another token, where there is something to verify; the same work is done where there is not."""
    account = accounts.find(email)
    user = account.id if account and not account.verified and not account.disabled else None
    with db.transaction(user=user) as connection:
        token, send = mailed_tokens.make(connection, user, "verify")
        mail.write(connection, account.email if account else email, *letters.verify(token), send=send)
