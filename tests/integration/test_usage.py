"""Usage: what reports say is what the ledger says, whenever it was rolled up, and nobody sees another's."""

import subprocess
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest

from millrace import ids
from tests.payer import Books, Payer
from tests.platform import Platform

ENTRY = """
INSERT INTO ledger_entries (
    job, tenant, model, outcome, input_tokens, output_tokens, endpoint, nanos, cache, api_key, entered_at
) VALUES (%s, %s, %s, %s, %s, 1, '/v1/chat/completions', 7, %s, %s, %s)
"""

NOW = datetime.now(UTC)

#: Spread so that each part of a report has some: this hour, today, this month, last month, last year.
AGES = [timedelta(), timedelta(hours=1), timedelta(hours=5), timedelta(days=1), timedelta(days=3), timedelta(days=40)]
AGES += [timedelta(days=400)]


@pytest.fixture
def books(database: Platform) -> Books:
    return Books(database)


def enter(books: Books, at: datetime = NOW, outcome: str = "succeeded", cache: str | None = None) -> None:
    books.platform.sql(ENTRY, ids.new(), books.tenant, "m", outcome, 3, cache, books.key, at)


def roll_up(books: Books, since: str = "now()") -> None:
    books.platform.sql(f"SELECT roll_up({since})")


def requests_by(books: Books, grain: str) -> int:
    table = f"SELECT coalesce(sum(requests), 0)::int FROM usage_by_{grain} WHERE tenant = %s"
    return int(books.platform.sql(table, books.tenant)[0][0])


@pytest.mark.parametrize("grain", ["hour", "day", "month"])
def test_a_report_is_what_the_ledger_says_before_and_after_it_was_rolled_up(books: Books, grain: str) -> None:
    for age in AGES:
        enter(books, NOW - age)
        enter(books, NOW - age, "failed")
    roll_up(books, "'-infinity'")
    enter(books)
    expected = books.platform.sql(
        "SELECT date_trunc(%s, entered_at, 'UTC'), count(*), count(*) FILTER (WHERE outcome = 'failed'), "
        "sum(input_tokens), sum(nanos) FROM ledger_entries WHERE tenant = %s GROUP BY 1 ORDER BY 1",
        grain, books.tenant,
    )  # fmt: skip
    report = "SELECT bucket, sum(requests), sum(failed), sum(input_tokens), sum(nanos) " \
        "FROM usage_between(%s, %s, '2000-01-01', '2100-01-01') GROUP BY 1 ORDER BY 1"  # fmt: skip
    assert books.platform.sql(report, books.tenant, grain) == expected
    # And once more from its coarse parts.
    roll_up(books)
    assert books.platform.sql(report, books.tenant, grain) == expected
    assert requests_by(books, grain) == 2 * len(AGES) + 1


def test_rolling_up_again_or_two_at_once_changes_nothing(books: Books) -> None:
    for age in AGES:
        enter(books, NOW - age)

    def several() -> None:
        for _ in range(3):
            roll_up(books, "'-infinity'")

    threads = [threading.Thread(target=several) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [requests_by(books, grain) for grain in ("hour", "day", "month")] == [len(AGES)] * 3


def test_what_commits_late_and_what_came_while_nobody_rolled_up_is_not_lost(books: Books) -> None:
    roll_up(books)
    late = books.platform.connect("millrace")
    with late.cursor() as cursor:
        # Dated by its begin, an hour ago; committed when that hour was rolled up.
        cursor.execute(ENTRY, (ids.new(), books.tenant, "m", "succeeded", 3, None, books.key, NOW - timedelta(hours=1)))
        roll_up(books)
        assert requests_by(books, "hour") == 0
    late.commit()
    late.close()
    roll_up(books)
    assert requests_by(books, "hour") == requests_by(books, "month") == 1
    # Beat was away for a week.
    enter(books, NOW - timedelta(days=5))
    roll_up(books)
    assert requests_by(books, "day") == 1
    books.platform.sql("UPDATE sweeps SET ran_at = ran_at - interval '7 days' WHERE name = 'usage'")
    roll_up(books)
    assert [requests_by(books, grain) for grain in ("hour", "day", "month")] == [2, 2, 2]


def test_views_of_the_earlier_systems_show_a_tenant_its_own_rows_alone(books: Books) -> None:
    other = Books(books.platform)
    for each in (books, other):
        each.quota("requests", 10)
        each.accept(2)
        enter(each)
        enter(each, cache="exact")
    roll_up(books)
    connection = books.platform.connect("millrace")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE millrace_api")
        cursor.execute(f"SET millrace.tenants = '{books.tenant}'")
        cursor.execute("SELECT tenant::text, unit, \"limit\", used, reserved FROM monthly_quotas")
        assert cursor.fetchall() == [(books.tenant, "requests", 10, 0, 2)]
        columns = "tenant::text, endpoint, requests, succeeded, failed, cache_hits, tokens, cost"
        cursor.execute(f"SELECT {columns} FROM analytics")
        [row] = cursor.fetchall()
        assert row[:7] == (books.tenant, "/v1/chat/completions", 2, 2, 0, 1, 8) and float(row[7]) == 14e-9
        cursor.execute("RESET millrace.tenants")
        cursor.execute("SELECT (SELECT count(*) FROM analytics) + (SELECT count(*) FROM monthly_quotas)")
        assert cursor.fetchall() == [(0,)]
        with pytest.raises(psycopg2.Error):
            cursor.execute("DELETE FROM analytics")
    connection.close()


def test_usage_over_http_splits_and_sums_and_is_as_of_now(platform: Platform) -> None:
    payer = Payer(platform)
    for demo in ({"tokens": 2, "rate": 0}, {"tokens": 2, "rate": 0}, {"fail": "bad_request"}):
        payer.submit(demo=demo)
    payer.finished()
    groups = {"model": "demo", "api_key": ids.show("key", payer.key), "endpoint": "/v1/chat/completions"}
    for grain in ("hour", "day", "month"):
        for group, value in groups.items():
            status, found = payer.ask("GET", f"/api/v1/usage?grain={grain}&group_by={group}")
            assert status == 200
            assert [(each[group], each["requests"], each["failed"]) for each in found["data"]] == [(value, 3, 1)]
            assert found["total"]["succeeded"] == 2 and found["total"]["output_tokens"] == 4
    assert payer.ask("GET", "/api/v1/usage")[1]["data"][0]["start"] % 86_400 == 0
    assert Payer(platform).ask("GET", "/api/v1/usage")[1]["data"] == []


@pytest.mark.parametrize(
    "query",
    ["grain=year", "group_by=tenant", "from=x", "from=20&to=10", "grain=hour&from=0", "to=99999999999", "from=%00"],
)
def test_a_report_that_cannot_be_made_is_refused_with_the_field(platform: Platform, query: str) -> None:
    status, _, answer = platform.request("GET", f"/api/v1/usage?{query}")
    assert status == 400 and answer["param"], answer


def test_reports_read_the_replica_where_there_is_one(database: Platform) -> None:
    """And nothing but the replica: the database itself cannot be reached from here."""
    env = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "DATABASE_READ_URL": database.database_url}
    made = database.spawn(
        "-c",
        "from datetime import *; from millrace.ledger import usage; n = datetime.now(UTC);"
        f"print(usage.report('{ids.new()}', n, n, 'day', None))",
        env=database.env() | env,
        stdout=subprocess.PIPE,
        text=True,
    )
    said: Any = made.communicate(timeout=60)[0]
    assert made.returncode == 0 and said.strip() == "[]"
