"""Invitations: an address is asked to join a tenant in a role. The token is in the mail alone; we keep its SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from millrace import audit, db, ids, mail
from millrace.errors import Conflict, NotFound
from millrace.identity import accounts, custom_roles, tenants
from millrace.identity.actor import Actor
from millrace.identity.tenants import Tenant
from millrace.settings import settings

#: Days that one is good.
GOOD = 7

#: That a tenant may have open at a time, and may send in a day: nobody's mailbox is filled through us.
OPEN, A_DAY = 200, 200

_IS_OPEN = "accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > now()"

_COLUMNS = "id, email, role, invited_by, created_at, expires_at, accepted_at, withdrawn_at"

_MEMBER = """
SELECT 1 FROM members m JOIN users u ON u.id = m.user_id WHERE m.tenant = :tenant AND u.email_key = :email
"""

_COUNT = f"""
SELECT count(*) FILTER (WHERE {_IS_OPEN}), count(*) FILTER (WHERE created_at > now() - interval '1 day')
FROM invitations WHERE tenant = :tenant
"""

_REPLACE = f"UPDATE invitations SET withdrawn_at = now() WHERE tenant = :tenant AND email = :email AND {_IS_OPEN}"

_INSERT = f"""
INSERT INTO invitations (id, tenant, email, role, token_hash, invited_by, expires_at)
VALUES (:id, :tenant, :email, :role, :hash, :by, now() + make_interval(days => :days))
RETURNING {_COLUMNS}
"""

_PAGE = f"""
SELECT {_COLUMNS} FROM invitations
WHERE tenant = :tenant AND (CAST(:after AS uuid) IS NULL OR id < CAST(:after AS uuid)) ORDER BY id DESC LIMIT :limit
"""

_WITHDRAW = """
UPDATE invitations SET withdrawn_at = coalesce(withdrawn_at, now())
WHERE tenant = :tenant AND id = :id AND accepted_at IS NULL RETURNING role
"""

_ACCEPT = text("SELECT invitation, of_tenant, as_role FROM accept_invitation(:hash, :user)")

_BODY = """You are invited to {tenant}, as {role}. To accept, open

    {base}/invitation#token={token}

or sign in (or register) with this address and send the token to POST {base}/api/v1/invitations/accept.
It is good for {days} days, once. If you do not know {tenant}, do nothing.
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What became of one shows in its times."""

    id: str
    email: str
    role: str
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None


def make(actor: Actor, email: str, role: str) -> Invitation:
    """Write the mail. An open one to the same address is replaced. Raises Conflict, Forbidden, InvalidField."""
    tenant, token, key = actor.caller.tenant, secrets.token_urlsafe(32), accounts.key_of(email)
    with db.transaction(tenants=[tenant]) as connection:
        locked = tenants.lock(connection, tenant)
        custom_roles.need_to_give(connection, actor.caller, locked, role)
        _refuse_needless(connection, tenant, key)
        connection.execute(text(_REPLACE), {"tenant": tenant, "email": key})
        values = {"id": ids.new(), "tenant": tenant, "email": key, "role": role, "by": actor.caller.user}
        made = connection.execute(text(_INSERT), values | {"hash": _hashed(token), "days": GOOD}).one()
        mail.write(connection, email.strip(), "You are invited", _body(locked, role, token))
        actor.note(connection, audit.Act.invitation_made, ids.show("inv", made.id), role=role)
    return Invitation(*made)


def find_all(tenant: str, after: str | None, limit: int) -> list[Invitation]:
    """Newest first, from the one after `after`."""
    with db.transaction(tenants=[tenant]) as connection:
        rows = connection.execute(text(_PAGE), {"tenant": tenant, "after": after, "limit": limit})
        return [Invitation(*row) for row in rows]


def withdraw(actor: Actor, id: str | None) -> None:
    """Safe to repeat. Raises NotFound, also where it was accepted already."""
    tenant = actor.caller.tenant
    with db.transaction(tenants=[tenant]) as connection:
        role = connection.execute(text(_WITHDRAW), {"tenant": tenant, "id": id}).scalar() if id else None
        if role is None:
            raise NotFound("There is no open invitation of this id. Who has accepted is a member now.")
        actor.note(connection, audit.Act.invitation_withdrawn, ids.show("inv", str(id)), role=role)


def accept(connection: Connection, token: str, user: str, address: str | None = None) -> str:
    """Make this user a member; the tenant. For a transaction's end: it writes into the audit log.

    Raises NotFound when the token is not good, not any more, or was for another address.
    """
    found = connection.execute(_ACCEPT, {"hash": _hashed(token), "user": user}).one_or_none()
    if found is None:
        raise NotFound("This invitation is not good any more, or is for another address. Ask for a new one.")
    invitation, tenant, role = found
    audit.note(
        audit.Act.invitation_accepted,
        actor=f"user:{user}",
        tenant=tenant,
        target=ids.show("inv", invitation),
        details={"role": role},
        address=address,
        connection=connection,
    )
    return str(tenant)


def _refuse_needless(connection: Connection, tenant: str, email: str) -> None:
    if connection.execute(text(_MEMBER), {"tenant": tenant, "email": email}).one_or_none():
        raise Conflict("Who has this address is a member already.")
    waiting, today = connection.execute(text(_COUNT), {"tenant": tenant}).one()
    if waiting >= OPEN or today >= A_DAY:
        raise Conflict(f"A tenant may have {OPEN} open invitations, and write {A_DAY} a day. Withdraw some, or wait.")


def _body(tenant: Tenant, role: str, token: str) -> str:
    return _BODY.format(tenant=tenant.name, role=role, token=token, base=settings().base_url, days=GOOD)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
