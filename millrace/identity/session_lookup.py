"""Whose a session is: known to the process, else to Redis, else to Postgres, which alone is sure.

The process believes what it read for half a second, and Redis keeps it for 0.4 s: so a revocation is effective within a
second, whoever hears of it. Redis's loss costs a statement instead.
"""

import json
import time
from collections.abc import Collection
from typing import Any

from redis import RedisError

from millrace import db
from millrace import redis as millrace_redis
from millrace.identity import roles
from millrace.identity.caller import Caller

#: Seconds.
BELIEVED = 0.5

#: Milliseconds, and seconds after the look into Postgres from which on Redis is not told any more.
IN_REDIS, TOO_LATE = 400, 0.05

#: Seconds for which Redis is left alone when it did not answer: a second's silence a request would be too much.
ALONE = 5.0

#: Sessions that a process remembers.
REMEMBERED = 10_000

_FIND = "SELECT * FROM find_session(%s)"

#: Of its answer: what another version of us left in Redis is read anew.
COLUMNS = 8

_found: dict[str, tuple[float, Caller | None]] = {}
_alone_until = 0.0


def find(session: str, *, afresh: bool = False) -> Caller | None:
    """The caller whose session it is; None when it is over. `afresh`: whatever is believed. Raises DatabaseUnavailable.

    What is read is believed from the moment before it was read.
    """
    if not afresh:
        now = time.monotonic()
        if _believed(session, now):
            return _found[session][1]
        row = _from_redis(session)
        if row is not None:
            return _believe(session, now, row)
        if _believed(session, now):
            # Another request looked, while this one waited for Redis.
            return _found[session][1]
    return _from_postgres(session)


def forget(sessions: Collection[str]) -> None:
    """These have ended: here at once, elsewhere as soon as it is read anew."""
    for session in sessions:
        _found.pop(session, None)
    if sessions:
        _ask_redis("delete", *(_name(session) for session in sessions))


def _believed(session: str, now: float) -> bool:
    return session in _found and _found[session][0] > now


def _believe(session: str, since: float, row: Collection[Any]) -> Caller | None:
    if len(_found) >= REMEMBERED:
        _found.clear()
    caller = _caller(session, *row) if row else None
    _found[session] = (since + BELIEVED, caller)
    return caller


def _from_postgres(session: str) -> Caller | None:
    asked = time.monotonic()
    rows = db.call(_FIND, (session,))
    caller = _believe(session, asked, rows[0] if rows else ())
    # That it is over need not be kept there.
    if rows and time.monotonic() - asked < TOO_LATE:
        _ask_redis("set", _name(session), json.dumps(rows[0]), px=IN_REDIS)
    return caller


def _from_redis(session: str) -> list[Any] | None:
    text = _ask_redis("get", _name(session))
    try:
        row = json.loads(text) if text else None
    except ValueError:
        row = None
    return row if isinstance(row, list) and len(row) == COLUMNS else None


def _ask_redis(command: str, *given: Any, **named: Any) -> Any:
    """What Redis answers; None when it is away, or cannot."""
    global _alone_until
    if time.monotonic() < _alone_until:
        return None
    try:
        return getattr(millrace_redis.hurried(), command)(*given, **named)
    except RedisError:
        _alone_until = time.monotonic() + ALONE
        return None


def _name(session: str) -> str:
    return f"session:{session}"


def _caller(
    session: str,
    user: str,
    tenant: str,
    role: str,
    custom: list[str] | None,
    operates: bool,
    tenant_scopes: list[str] | None,
    models: list[str] | None,
    tier: str,
) -> Caller:
    return Caller(
        tenant=tenant,
        permissions=roles.allowed_to(role, custom, operates, tenant_scopes),
        tier=tier,
        session=session,
        user=user,
        models=None if models is None else frozenset(models),
    )
