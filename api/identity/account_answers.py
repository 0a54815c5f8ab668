"""Accounts and sessions as they are answered."""

from flask import request

from api.address import address
from api.identity.account_shapes import Belonging, SessionInfo, Tokens, User
from millrace import ids
from millrace.identity import tokens
from millrace.identity.accounts import Account
from millrace.identity.memberships import Membership
from millrace.identity.sessions import Opened, Origin, Session
from millrace.settings import settings

#: Nobody on the way keeps an answer that holds tokens (RFC 6749, section 5.1).
SECRET = {"Cache-Control": "no-store"}


def origin() -> Origin:
    """Where this request comes from."""
    return Origin(address(), request.headers.get("User-Agent", "").replace("\x00", ""))


def token_fields(opened: Opened) -> dict[str, object]:
    return {
        "access_token": tokens.issue(opened.user, opened.id, opened.tenant),
        "refresh_token": opened.refresh_token,
        "token_type": "bearer",
        "expires_in": settings().access_token_seconds,
    }


def granted(opened: Opened) -> tuple[Tokens, int, dict[str, str]]:
    return Tokens.model_validate(token_fields(opened)), 200, SECRET


def user(account: Account) -> User:
    return User(
        id=ids.show("user", account.id),
        object="user",
        email=account.email,
        username=account.username,
        verified=account.verified,
        created_at=int(account.created_at.timestamp()),
    )


def belonging(of: Membership) -> Belonging:
    return Belonging(id=ids.show("ten", of.tenant), object="tenant", name=of.name, tier=of.tier, role=of.role)


def session(of: Session, current: str | None) -> SessionInfo:
    return SessionInfo(
        id=ids.show("sess", of.id),
        object="session",
        current=of.id == current,
        tenant_id=ids.show("ten", of.tenant),
        user_agent=of.user_agent,
        address=of.address,
        created_at=int(of.created_at.timestamp()),
        refreshed_at=int(of.refreshed_at.timestamp()),
        expires_at=int(of.expires_at.timestamp()),
    )
