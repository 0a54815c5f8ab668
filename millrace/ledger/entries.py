"""Ledger entries: what each job used and cost, once and for ever. Read in pages that stay right while entries come."""

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from millrace import db, ids
from millrace.ledger.money import usd

#: Entries that an export reads at a time: what it holds in memory.
PAGE = 1_000

_PAGE = """
SELECT job, model, endpoint, outcome, input_tokens, cached_tokens, output_tokens, estimated, cache, nanos,
    overage_nanos, api_key, user_id, entered_at, own_key
FROM ledger_entries l
WHERE tenant = %(tenant)s AND entered_at >= %(since)s AND entered_at < %(until)s
AND (%(after)s::uuid IS NULL OR (entered_at, job) < (
    SELECT a.entered_at, a.job FROM ledger_entries a WHERE a.job = %(after)s AND a.tenant = %(tenant)s
))
ORDER BY entered_at DESC, job DESC LIMIT %(limit)s
"""

HEADER = (
    "job", "model", "endpoint", "outcome", "input_tokens", "cached_tokens", "output_tokens", "estimated", "cache",
    "cost_usd", "overage_usd", "api_key", "user", "entered_at", "own_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What a job used and cost. `nanos` at its prices, `overage_nanos` beyond hard limits besides."""

    job: str
    model: str
    endpoint: str
    outcome: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    estimated: bool
    cache: str | None
    nanos: int
    overage_nanos: int
    api_key: str | None
    user: str | None
    entered_at: datetime
    #: The tenant paid the vendor itself.
    own_key: bool


#: Before the first entry, and after the last.
BEGIN, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, and before `until`."""

    since: datetime
    until: datetime


def page(tenant: str, span: Span, after: str | None, limit: int) -> list[Entry]:
    """Newest first; those after the entry of the job `after`."""
    given = {"tenant": tenant, "since": span.since, "until": span.until, "after": after, "limit": limit}
    return [Entry(*row) for row in db.call(_PAGE, given, tenants=[tenant], replica=True)]


def export(tenant: str, span: Span) -> Iterator[str]:
    """The same as CSV, all of it, a page at a time; the first one is read before anything is answered."""
    first = page(tenant, span, None, PAGE)
    return _export(tenant, span, first)


def _export(tenant: str, span: Span, found: list[Entry]) -> Iterator[str]:
    yield _csv([HEADER])
    while found:
        yield _csv([_row(entry) for entry in found])
        found = page(tenant, span, found[-1].job, PAGE) if len(found) == PAGE else []


def _row(entry: Entry) -> tuple[object, ...]:
    told = list(astuple(entry))
    told[0] = ids.show("job", entry.job)
    told[9:11] = usd(entry.nanos + entry.overage_nanos), usd(entry.overage_nanos)
    told[11] = ids.show("key", entry.api_key) if entry.api_key else None
    told[12] = ids.show("user", entry.user) if entry.user else None
    told[13] = entry.entered_at.isoformat()
    return tuple(told)


def _csv(rows: list[tuple[object, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
