"""Blocks of those who guess. The truth is the table `blocks`: neither the loss of Redis nor a restart lifts one.

Each process keeps the blocks in force in memory, and asks once a second for what has changed, so a block or its lifting
is effective everywhere about a second later, and who is not blocked pays nothing.
"""

import math
import time
from dataclasses import dataclass
from datetime import datetime

from millrace import audit, db
from millrace.errors import Blocked, NotFound
from millrace.limits.cached import Cached

#: Seconds: of the first block; how many times longer the next one is; the longest of an address and of an account.
FIRST, GROWTH, LONGEST, LONGEST_OF_ACCOUNT = 60, 4, 86_400, 900

#: Seconds between two looks at the table; and, since commits come in no order, how far back each look goes.
LOOK, OVERLAP = 1.0, 10.0

#: Adds a block or makes the next one longer; one in force, which another process just made, stays as it is. After a
#: quiet day, or when an administrator lifted it, it is the first again. Old ones go, a few at a time.
_BLOCK = """
WITH old AS (
    DELETE FROM blocks WHERE subject IN (
        SELECT subject FROM blocks
        WHERE blocked_until < now() - interval '30 days' AND subject <> %(subject)s LIMIT 10
    )
)
INSERT INTO blocks AS b (subject, reason, level, blocked_until)
VALUES (%(subject)s, %(reason)s, 1, now() + make_interval(secs => %(first)s))
ON CONFLICT (subject) DO UPDATE SET reason = excluded.reason, created_at = now(), changed_at = clock_timestamp(),
    lifted_at = NULL, lifted_by = NULL, (level, blocked_until) = (
        SELECT n.level, now() + make_interval(secs => least(%(longest)s, %(first)s * power(%(growth)s, n.level - 1)))
        FROM (SELECT CASE WHEN b.lifted_at IS NOT NULL OR b.blocked_until < now() - interval '1 day' THEN 1
            ELSE least(b.level + 1, 30) END AS level) n
    )
WHERE b.blocked_until <= now() OR b.lifted_at IS NOT NULL
RETURNING extract(epoch FROM b.blocked_until - now())::float8
"""

_CHANGED = """
SELECT subject, CASE WHEN lifted_at IS NULL THEN extract(epoch FROM blocked_until - now())::float8 ELSE 0 END
FROM blocks WHERE changed_at > clock_timestamp() - make_interval(secs => %s)
AND (%s OR (blocked_until > now() AND lifted_at IS NULL))
"""

_LIST = """
SELECT subject, reason, level, created_at, blocked_until FROM blocks
WHERE blocked_until > now() AND lifted_at IS NULL AND subject > %s ORDER BY subject LIMIT %s
"""

_LIFT = """
UPDATE blocks SET lifted_at = now(), changed_at = clock_timestamp(), lifted_by = %s
WHERE subject = %s AND blocked_until > now() AND lifted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A block in force."""

    subject: str
    reason: str
    level: int
    created_at: datetime
    blocked_until: datetime


#: Until when each subject is blocked, by this process's clock.
_until: dict[str, float] = {}
_looked_at = -math.inf


def _look() -> None:
    """Take over what has changed since the last look; at the first one, all that is in force."""
    global _looked_at
    now = time.monotonic()
    rows = db.call(_CHANGED, (min(now - _looked_at + OVERLAP, 10 * LONGEST), _looked_at > -math.inf))
    for subject, seconds in rows:
        _until[subject] = now + seconds
    for subject in [each for each, until in list(_until.items()) if until <= now]:
        _until.pop(subject, None)
    _looked_at = now


_in_force = Cached(_look, LOOK, None)


def refuse(subject: str) -> None:
    """Raises Blocked, with the seconds that are left."""
    left = _until.get(subject, 0.0) - time.monotonic()
    if left > 0:
        raise Blocked(retry_after=math.ceil(left))


def any_in_force() -> bool:
    """False: nobody is blocked, so nobody needs to be looked up."""
    _in_force()
    return bool(_until)


def block(subject: str, reason: str) -> None:
    """Block it, for longer than the last time. Raises DatabaseUnavailable."""
    longest = LONGEST_OF_ACCOUNT if subject.startswith("account:") else LONGEST
    given = {"subject": subject, "reason": reason, "first": FIRST, "growth": GROWTH, "longest": longest}
    with db.transaction() as connection:
        row = connection.exec_driver_sql(_BLOCK, given).first()
        if row is not None:
            details = {"reason": reason, "seconds": round(row[0])}
            audit.note(
                audit.Act.blocked, actor="system", tenant=None, target=subject, details=details, connection=connection
            )
    _in_force.forget()


def list_all(after: str, most: int) -> list[Block]:
    """The blocks in force, in the order of their subjects."""
    return [Block(*row) for row in db.call(_LIST, (after, most))]


def lift(subject: str, by: str, address: str) -> None:
    """End a block; its next one is the first again. Raises NotFound."""
    with db.transaction() as connection:
        if not connection.exec_driver_sql(_LIFT, (by, subject)).rowcount:
            raise NotFound("Nothing of that name is blocked. `GET /api/v1/admin/blocks` lists what is.")
        audit.note(
            audit.Act.block_lifted, actor=by, tenant=None, target=subject, address=address, connection=connection
        )
    _in_force.forget()
