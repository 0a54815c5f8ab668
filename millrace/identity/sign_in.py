"""Signing in. An address that nobody has costs the same work as a wrong password, and gets the same answer."""

from millrace import audit, db, ids
from millrace.errors import Forbidden, Unauthorized
from millrace.identity import accounts, passwords, sessions
from millrace.identity.accounts import Account
from millrace.identity.sessions import Opened, Origin
from millrace.settings import settings

_REHASH = "UPDATE users SET password_hash = %s WHERE id = %s AND password_hash = %s"


class WrongCredentials(Unauthorized):
    """The address or the password is wrong."""

    code = "wrong_credentials"


class AddressNotVerified(Forbidden):
    """Verify your address first: follow the link that was mailed to you, or ask for another."""

    code = "address_not_verified"


def sign_in(email: str, password: str, tenant: str | None, origin: Origin) -> Opened:
    """Open a session. Raises WrongCredentials, AddressNotVerified; NotFound where the user is not of this tenant."""
    account = accounts.find(email)
    right = passwords.verify(account.password_hash if account else None, password)
    if account is None or not right or account.disabled:
        raise _wrong(account, origin)
    if settings().verify_address and not account.verified:
        raise AddressNotVerified
    if passwords.outdated(account.password_hash):
        _rehash(account, password)
    with db.transaction() as connection:
        opened = sessions.open_one(connection, account.id, account.password_changed_at, tenant, origin)
        audit.note(
            audit.Act.signed_in,
            actor=f"user:{account.id}",
            tenant=opened.tenant,
            target=ids.show("sess", opened.id),
            address=origin.address,
            connection=connection,
        )
    return opened


def _wrong(account: Account | None, origin: Origin) -> WrongCredentials:
    target = ids.show("user", account.id) if account else None
    audit.note(audit.Act.sign_in_failed, actor="anonymous", tenant=None, target=target, address=origin.address)
    return WrongCredentials()


def _rehash(account: Account, password: str) -> None:
    """The same password under today's parameters; not if it was changed meanwhile."""
    db.call(_REHASH, (passwords.hashed(password), account.id, account.password_hash), user=account.id)
