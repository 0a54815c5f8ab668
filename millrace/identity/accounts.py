"""Accounts: people, known by their e-mail address."""

from dataclasses import dataclass, field
from datetime import datetime

from millrace import db

_FIND = "SELECT * FROM find_account(%s)"

_OF = """
SELECT id, email, username, password_hash, password_changed_at, verified_at IS NOT NULL, disabled_at IS NOT NULL,
    created_at
FROM users WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `password_changed_at` fences what was decided by an earlier password."""

    id: str
    email: str
    username: str | None
    password_hash: str = field(repr=False)
    password_changed_at: datetime
    verified: bool
    disabled: bool
    created_at: datetime


def key_of(email: str) -> str:
    """What two spellings of one address have in common."""
    return email.strip().lower()


def find(email: str) -> Account | None:
    """The account of this address."""
    rows = db.call(_FIND, (key_of(email),))
    return Account(*rows[0]) if rows else None


def of_user(user: str) -> Account:
    """The account of somebody who is known: a caller's."""
    return Account(*db.call(_OF, (user,), user=user)[0])
