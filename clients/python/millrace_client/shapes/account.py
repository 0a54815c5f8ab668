"""Who asks."""

from typing import TypedDict


class Person(TypedDict):
    """A user."""

    id: str
    email: str
    username: str | None
    verified: bool


class Tenant(TypedDict):
    """A tenant that one belongs to."""

    id: str
    name: str
    tier: str
    role: str | None


class Caller(TypedDict):
    """Who asks. `user` is None for a key."""

    user: Person | None
    key_id: str | None
    tenant: Tenant
    role: str | None
    permissions: list[str]


class Tokens(TypedDict):
    """Somebody who is signed in."""

    access_token: str
    refresh_token: str
    expires_in: int
