"""Registering: an account with a tenant of its own, or with a place in the one that an invitation is for."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from millrace import audit, db, ids, mail
from millrace.errors import Conflict, Forbidden
from millrace.identity import accounts, invitations, letters, mailed_tokens, passwords, sessions, tenants
from millrace.identity.accounts import Account
from millrace.identity.sessions import Opened, Origin
from millrace.settings import settings

_INSERT = text("""
INSERT INTO users (id, email, email_key, username, password_hash)
VALUES (:id, :email, :key, :username, :hash) ON CONFLICT (email_key) DO NOTHING RETURNING password_changed_at
""")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who registers, as they say."""

    email: str
    password: str = field(repr=False)
    username: str | None = None
    tenant_name: str | None = None
    invitation: str | None = field(default=None, repr=False)

    @property
    def first_tenant(self) -> str:
        return self.tenant_name or self.username or self.email.partition("@")[0]


class AddressTaken(Conflict):
    """There is an account with this address. Sign in, or ask for a new password."""

    code = "address_taken"


def register(newcomer: Newcomer, origin: Origin) -> Opened | None:
    """Make the account and sign it in. None where its address must be verified first, whether it was taken or not.

    Raises Forbidden where registration is closed to them, AddressTaken, NotFound for an invitation that is not good.
    """
    _may_register(newcomer)
    passwords.check(newcomer.password, newcomer.email, newcomer.username)
    # Also when the address is taken: the time tells nothing.
    hash = passwords.hashed(newcomer.password)
    account = accounts.find(newcomer.email)
    if account is None:
        return _make(newcomer, hash, origin)
    if not settings().verify_address:
        raise AddressTaken
    _tell(account)
    return None


def _may_register(newcomer: Newcomer) -> None:
    if settings().registration == "closed":
        raise Forbidden("Nobody can register here. Ask an administrator for an account.")
    if settings().registration == "invited" and not newcomer.invitation:
        raise Forbidden("Registering needs an invitation. Ask an administrator of a tenant for one.")


def _tell(account: Account) -> None:
    """Who has an account hears of it by mail, and nobody else does."""
    with db.transaction(user=account.id) as connection:
        token, send = mailed_tokens.make(connection, account.id, "verify")
        letter = letters.exists() if account.verified else letters.verify(token)
        mail.write(connection, account.email, *letter, send=send)


def _make(newcomer: Newcomer, hash: str, origin: Origin) -> Opened | None:
    id, tenant = ids.new(), ids.new()
    with db.transaction(tenants=[tenant], user=id) as connection:
        given = {"id": id, "email": newcomer.email, "key": accounts.key_of(newcomer.email)}
        as_of = connection.execute(_INSERT, given | {"username": newcomer.username, "hash": hash}).scalar()
        if as_of is None:
            # Somebody was quicker, a moment ago.
            raise AddressTaken
        if newcomer.invitation:
            tenant = invitations.accept(connection, newcomer.invitation, id, origin.address)
        else:
            tenants.insert(connection, tenant, newcomer.first_tenant, id)
        opened = _welcome(connection, id, tenant, as_of, newcomer, origin)
        audit.note(
            audit.Act.registered, actor=f"user:{id}", tenant=tenant, address=origin.address, connection=connection
        )
    return opened


def _welcome(
    connection: Connection, id: str, tenant: str, as_of: datetime, newcomer: Newcomer, origin: Origin
) -> Opened | None:
    """Signed in at once, or with a mail on its way."""
    if newcomer.invitation or not settings().verify_address:
        return sessions.open_one(connection, id, as_of, tenant, origin)
    token, send = mailed_tokens.make(connection, id, "verify")
    mail.write(connection, newcomer.email, *letters.verify(token), send=send)
    return None
