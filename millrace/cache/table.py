"""The third level: Postgres. An entry names the job that was answered: its answer lies there, sealed, and once."""

from collections.abc import Sequence
from typing import NamedTuple

from millrace import crypto, db
from millrace.cache.entry import Entry
from millrace.crypto import fields
from millrace.errors import DatabaseUnavailable, Unreadable
from millrace.grouping import Grouped
from millrace.settings import settings

_FIND = """
SELECT e.key, e.job, e.tenant, e.model, r.body, r.input_tokens, r.output_tokens,
    extract(epoch FROM e.asked_at)::float8, extract(epoch FROM e.made_at)::float8
FROM cache_entries e JOIN job_results r ON r.job = e.job
WHERE e.key = ANY (%s) AND e.made_at > clock_timestamp() - make_interval(secs => %s) AND r.body IS NOT NULL
"""

#: Rows one sweep takes of each table at the most.
MOST = 2000


class Wanted(NamedTuple):
    """Whose entry, and which."""

    tenant: str
    key: str


def find(tenant: str, key: str) -> Entry | None:
    """None without the database, too."""
    return _find(Wanted(tenant, key))


def _find_group(wanted: Sequence[Wanted]) -> list[Entry | None]:
    keys = list({each.key for each in wanted})
    try:
        rows = db.call(_FIND, (keys, settings().cache_seconds), tenants={each.tenant for each in wanted})
    except DatabaseUnavailable:
        return [None] * len(wanted)
    found = {row[0]: Entry(row[2], row[3], body, *row[5:]) for row in rows if (body := _opened(row[4], row[1]))}
    return [found.get(each.key) for each in wanted]


_find = Grouped(_find_group, most=64)


def _opened(body: str, job: str) -> str | None:
    try:
        return crypto.unseal(body, fields.ANSWER.of(job))
    except (Unreadable, DatabaseUnavailable):
        return None


def sweep() -> None:
    """Remove what is too old. For the sweep."""
    db.call("SELECT sweep_caches(%s, %s)", (settings().cache_seconds, MOST))
