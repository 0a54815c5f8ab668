"""The books: what holds of every accepted job in the end, whatever was killed meanwhile."""

import time
from collections.abc import Iterable
from typing import Any

from millrace import ids as identifiers
from tests.faults.reader import Reader
from tests.platform import Platform, text_of

ENDS = ("succeeded", "failed", "cancelled", "expired")

_ACCOUNTS = """
SELECT j.id::text, j.state, j.attempt, j.finished_at IS NOT NULL, r.stream,
    ARRAY(SELECT l.outcome FROM ledger_entries l WHERE l.job = j.id),
    ARRAY(SELECT s.body FROM job_results s WHERE s.job = j.id),
    ARRAY(SELECT a.attempt FROM attempts a WHERE a.job = j.id ORDER BY a.attempt)
FROM jobs j JOIN job_requests r ON r.job = j.id WHERE j.id = ANY (%s::uuid[])
"""

_QUOTAS = """
SELECT q.tenant, q.unit, b.reserved, b.used,
    coalesce(sum(CASE q.unit WHEN 'requests' THEN 1 WHEN 'tokens' THEN j.reserved_tokens ELSE j.reserved_nanos END)
        FILTER (WHERE j.state IN ('queued', 'running')), 0),
    coalesce(sum(CASE q.unit
        WHEN 'requests' THEN (j.state = 'succeeded' OR j.state IN ('cancelled', 'expired') AND l.output_tokens > 0)::int
        WHEN 'tokens' THEN l.input_tokens + l.output_tokens ELSE l.nanos + l.overage_nanos END)
        FILTER (WHERE l.job IS NOT NULL), 0)
FROM quota_balances b
JOIN quotas q ON q.id = b.quota
LEFT JOIN jobs j ON q.id = ANY (j.quotas) AND j.quota_period = b.period
LEFT JOIN ledger_entries l ON l.job = j.id
GROUP BY q.id, q.tenant, q.unit, b.period, b.reserved, b.used
"""


def all_end(platform: Platform, ids: Iterable[str], seconds: float = 60) -> None:
    """Wait until every one of these jobs has ended."""
    wanted = [identifiers.parse("job", id) for id in ids]
    deadline = time.monotonic() + seconds
    while left := _unfinished(platform, wanted):
        assert time.monotonic() < deadline, f"not ended within {seconds} s: {left[:10]}"
        time.sleep(0.1)


def books_balance(platform: Platform, ids: Iterable[str], readers: Iterable[Reader] = ()) -> None:
    """Every job ended once, was charged once, and says the same wherever one looks. `readers` watched all along."""
    ids = list(ids)
    watched = {reader.job: reader.finished() for reader in readers}
    accounts = platform.sql(_ACCOUNTS, [identifiers.parse("job", id) for id in ids])
    assert len(accounts) == len(set(ids)), "a job that was accepted is gone"
    for account in accounts:
        _balances(platform, account, watched)
    _quotas_balance(platform)


def _balances(platform: Platform, account: tuple[Any, ...], watched: dict[str, list[Any]]) -> None:
    raw, state, attempt, finished, stream, ledger, results, attempts = account
    assert state in ENDS and finished, account
    assert ledger == [state], account
    assert len(results) == 1, account
    assert (results[0] is not None) == (state == "succeeded"), account
    # Each attempt before the one that ended it left its record, and none did twice.
    assert set(range(1, attempt)) <= set(attempts) <= set(range(1, attempt + 1)), account
    id = identifiers.show("job", raw)
    for events in [platform.all_events(id), *([watched[id]] if id in watched else [])]:
        _tells(events, state, _result(platform, id) if stream and results[0] else None)


def _result(platform: Platform, id: str) -> dict[str, Any]:
    """What lies in the database only its owner can read."""
    status, _, result = platform.request("GET", f"/api/v1/jobs/{id}/result")
    assert status == 200, result
    return result  # type: ignore[no-any-return]


def _tells(events: list[Any], state: str, result: dict[str, Any] | None) -> None:
    """These events, numbered in order, tell this end and no other, and this text."""
    numbers = [seq for seq, _, _ in events]
    assert numbers == sorted(set(numbers)), events
    assert [(type, data["status"]) for _, type, data in events if type in ENDS] == [(state, state)], events
    assert events[-1][1] == state, events
    if result is not None:
        assert text_of(events) == result["choices"][0]["message"]["content"], events


def _quotas_balance(platform: Platform) -> None:
    """Nothing is reserved but for jobs that have not ended, and what was used is what the ledger says."""
    for tenant, unit, reserved, used, held, entered in platform.sql(_QUOTAS):
        assert (reserved, used) == (held, entered), (tenant, unit, reserved, used, held, entered)


def account(platform: Platform, id: str) -> dict[str, Any]:
    """What the database says of one job that its owner is not told."""
    found = platform.sql(
        "SELECT state, attempt, failures, deaths, process::text FROM jobs WHERE id = %s", identifiers.parse("job", id)
    )
    return dict(zip(("state", "attempt", "failures", "deaths", "process"), found[0], strict=True))


def outcomes(platform: Platform, id: str) -> list[str]:
    """How the attempts of a job ended that did not succeed."""
    statement = "SELECT outcome FROM attempts WHERE job = %s ORDER BY attempt"
    return [row[0] for row in platform.sql(statement, identifiers.parse("job", id))]


def everything(platform: Platform) -> list[str]:
    """Every job that was ever accepted, also those whose answer never reached anybody."""
    return [identifiers.show("job", row[0]) for row in platform.sql("SELECT id::text FROM jobs")]


def _unfinished(platform: Platform, wanted: list[str | None]) -> list[tuple[Any, ...]]:
    """Those that have not ended, and where they stand."""
    return platform.sql(
        """
        SELECT j.id::text, j.state, j.due, j.attempt, j.deaths, j.cancel_requested, q.lane, p.pid, p.expires_at > now()
        FROM jobs j JOIN queues q ON q.id = j.queue LEFT JOIN processes p ON p.id = j.process
        WHERE j.id = ANY (%s::uuid[]) AND j.state <> ALL (%s)
        """,
        wanted,
        [*ENDS],
    )
