"""Accounts as those who run the platform see them: all of them, and whom they keep out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from millrace import audit, db, ids
from millrace.errors import Conflict, NotFound
from millrace.identity.actor import Actor

_LIST = "SELECT * FROM list_users(%s, %s, %s)"

_DISABLE = text("SELECT disable_user(:user, :disabled)")


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: str
    email: str
    username: str | None
    verified: bool
    created_at: datetime
    disabled_at: datetime | None


def find_all(prefix: str, after: str | None, limit: int) -> list[User]:
    """Those whose addresses start so, oldest first."""
    return [User(*row) for row in db.call(_LIST, (prefix, after, limit))]


def disable(actor: Actor, user: str | None, disabled: bool, own: str | None) -> None:
    """Keep somebody out, or let them in again: within a second, everywhere. Raises NotFound; Conflict for oneself."""
    if user is not None and user == own:
        raise Conflict("You cannot disable your own account.")
    with db.transaction() as connection:
        if user is None or not connection.execute(_DISABLE, {"user": user, "disabled": disabled}).scalar():
            raise NotFound("No such user.")
        act = audit.Act.user_disabled if disabled else audit.Act.user_enabled
        actor.note(connection, act, ids.show("user", user))
