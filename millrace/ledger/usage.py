"""Usage: what a tenant used in each hour, day or month, as reports read it; and how the reports' tables are made."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import text

from millrace import db
from millrace.errors import InvalidField

Grain = Literal["hour", "day", "month"]
Group = Literal["model", "api_key", "endpoint", "user"]

#: Buckets that one report may have, about; and rows.
MOST_BUCKETS = {"hour": timedelta(days=32), "day": timedelta(days=732), "month": timedelta(days=3_700)}
MOST_ROWS = 10_000

_COLUMNS = {"model": "u.model", "api_key": "u.api_key::text", "endpoint": "u.endpoint", "user": "u.user_id::text"}

_REPORT = """
SELECT u.bucket, {column}, sum(u.requests)::bigint, sum(u.succeeded)::bigint, sum(u.failed)::bigint,
    sum(u.cached)::bigint, sum(u.input_tokens)::bigint, sum(u.output_tokens)::bigint, sum(u.nanos)::bigint
FROM usage_between(%s, %s, %s, %s) u GROUP BY 1, 2 ORDER BY 1, 2 NULLS FIRST LIMIT %s
"""

#: The night takes in what committed late yesterday.
_ROLL_UP = text("SELECT roll_up(date_trunc('day', now()) - make_interval(days => :days))")

#: After a long absence there is much to make.
_PATIENCE = text("SET LOCAL statement_timeout = '15min'")


@dataclass(frozen=True, slots=True)
class Used:
    """What was used in one bucket, which begins at `start`, by one of the group (None: by nobody named)."""

    start: datetime
    group: str | None
    requests: int
    succeeded: int
    failed: int
    cached: int
    input_tokens: int
    output_tokens: int
    nanos: int


def report(tenant: str, since: datetime, until: datetime, grain: Grain, group_by: Group | None) -> list[Used]:
    """By bucket, then by group: from the bucket that `since` is in, to the last that begins before `until`.

    Reads a replica where there is one. Raises InvalidField where that is too much for one report.
    """
    since = floor(since, grain)
    if until - since > MOST_BUCKETS[grain]:
        raise InvalidField(f"from, to: {MOST_BUCKETS[grain].days} days at most by the {grain}.", param="from")
    column = _COLUMNS[group_by] if group_by else "NULL::text"
    given = (tenant, grain, since, until, MOST_ROWS + 1)
    rows = db.call(_REPORT.format(column=column), given, tenants=[tenant], replica=True)
    if len(rows) > MOST_ROWS:
        raise InvalidField(f"from, to: more than {MOST_ROWS} rows. Ask for less, or by a coarser grain.", param="from")
    return [Used(*row) for row in rows]


def floor(moment: datetime, grain: Grain) -> datetime:
    """The begin of the bucket that a moment is in, in UTC."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if grain == "hour":
        return hour
    return hour.replace(hour=0) if grain == "day" else hour.replace(hour=0, day=1)


def roll_up(days: int = 0) -> None:
    """Bring the reports' tables up to date from the ledger: all that is new, and so many whole days again."""
    with db.transaction() as connection:
        connection.execute(_PATIENCE)
        connection.execute(_ROLL_UP, {"days": days})
