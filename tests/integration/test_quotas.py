"""Quotas: exactly what fits is admitted, what was reserved is given back, and a tenant can only tighten its own."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import psycopg2.errors
import pytest

from millrace import ids
from tests.machine import wait_for
from tests.payer import INPUT, OUTPUT, Books, Payer
from tests.platform import Platform

CROWD, FIT = 200, 37

#: No worker serves this model's lane: what is admitted stays as it is.
MODEL = "absent"


@pytest.fixture(scope="module", autouse=True)
def prices(platform: Platform) -> None:
    platform.sql(
        "INSERT INTO prices (model, input_nanos, output_nanos, valid_from) "
        "SELECT m, %s, %s, '2020-01-01' FROM unnest(ARRAY['absent', 'demo']) m ON CONFLICT DO NOTHING",
        INPUT, OUTPUT,
    )  # fmt: skip


@pytest.fixture
def payer(platform: Platform) -> Payer:
    return Payer(platform)


@pytest.fixture
def books(database: Platform) -> Books:
    made = Books(database)
    made.price()
    return made


def refused(books: Books, count: int = 1, **fields: Any) -> bool:
    try:
        books.accept(count, **fields)
    except psycopg2.Error as error:
        assert error.pgcode == "MR429", error
        return True
    return False


# --- How much


@pytest.mark.parametrize(
    ("unit", "scope"),
    [
        ("requests", {}), ("tokens", {"model": MODEL}), ("nanos", {"api_key": None}),
        ("requests", {"api_key": None, "model": MODEL}),
    ],
)  # fmt: skip
def test_two_hundred_at_once_at_the_last_unit_admit_exactly_what_fits(
    platform: Platform, second_api: str, payer: Payer, unit: str, scope: dict[str, Any]
) -> None:
    scope = {name: payer.key if name == "api_key" else value for name, value in scope.items()}
    status, job = payer.submit(MODEL)
    assert status == 202
    tokens = platform.sql("SELECT reserved_tokens FROM jobs WHERE id = %s", ids.parse("job", job["id"]))[0][0]
    one = {"requests": 1, "tokens": tokens, "nanos": (tokens - 10) * INPUT + 10 * OUTPUT}[unit]
    # All but one unit of another job.
    quota = payer.quota(unit, one * (FIT + 1) - 1 if one > 1 else FIT, **scope)

    def ask(number: int) -> tuple[int, Any]:
        return payer.submit(MODEL, ("api", second_api)[number % 2])

    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(ask, range(CROWD)))
    assert Counter(status for status, _ in answers) == {202: FIT, 429: CROWD - FIT}
    assert payer.balance(quota) == (0, FIT * one)
    for _, answer in answers:
        if "code" in answer:
            assert answer["code"] == "quota_exceeded" and "reserved" in answer["detail"]

    admitted = [answer["id"] for status, answer in answers if status == 202]
    with ThreadPoolExecutor(20) as crowd:
        cancelled = crowd.map(lambda id: payer.ask("POST", f"/api/v1/jobs/{id}/cancel"), admitted)
        assert {status for status, _ in cancelled} == {200}
    assert payer.balance(quota) == (0, 0)
    assert payer.submit(MODEL)[0] == 202


def test_whatever_becomes_of_jobs_their_reservations_are_gone_and_the_ledger_says_what_was_used(payer: Payer) -> None:
    quotas = [payer.quota(unit, 10**15, **scope) for unit in ("requests", "tokens", "nanos")
              for scope in ({}, {"api_key": payer.key}, {"model": "demo"})]  # fmt: skip
    demos: list[dict[str, Any]] = [{"tokens": 4, "rate": 0}, {"fail": "bad_request"}]
    demos += [{"fail": "server_error", "fail_attempts": 1, "tokens": 2}]
    for n in range(12):
        assert payer.submit(demo=demos[n % 3])[0] == 202
    _, slow = payer.submit(demo={"tokens": 1000, "rate": 20}, max_tokens=1000)
    assert {payer.balance(quota)[1] > 0 for quota in quotas} == {True}
    wait_for(lambda: any(type == "delta" for _, type, _ in events_so_far(payer, slow["id"])), 20, "some text")
    payer.ask("POST", f"/api/v1/jobs/{slow['id']}/cancel")
    payer.finished()
    assert [payer.balance(quota)[1] for quota in quotas] == [0] * 9
    assert payer.balances()
    # Eight were answered; one was cut short when some of its text had been seen.
    assert {payer.balance(quota)[0] for quota in quotas[:3]} == {9}
    tokens, nanos = payer.platform.sql(
        "SELECT sum(input_tokens + output_tokens)::bigint, sum(nanos)::bigint FROM ledger_entries WHERE tenant = %s",
        payer.tenant,
    )[0]
    assert {payer.balance(quota)[0] for quota in quotas[3:6]} == {tokens}
    assert {payer.balance(quota)[0] for quota in quotas[6:]} == {nanos} != {0}


def events_so_far(payer: Payer, id: str) -> list[Any]:
    found = payer.ask("GET", f"/api/v1/jobs/{id}/events", headers={"Accept": "application/json"})[1]["data"]
    return [(each["seq"], each["type"], each["data"]) for each in found]


def test_a_refusal_says_which_quota_and_until_when_and_costs_nobody_else_anything(payer: Payer) -> None:
    payer.quota("tokens", 5, model=MODEL)
    status, answer = payer.submit(MODEL)
    assert status == 429 and answer["code"] == "quota_exceeded"
    assert all(part in answer["detail"] for part in ("the model absent", "5 tokens", "period ends at"))
    assert payer.submit("demo")[0] == 202
    _, headers, _ = payer.platform.request(
        "POST", "/api/v1/jobs",
        {"endpoint": "/v1/chat/completions", "body": {"model": MODEL, "messages": [{"role": "user", "content": "x"}]}},
        payer.headers,
    )  # fmt: skip
    assert "retry-after" not in headers


# --- What may happen between submit and settle


def test_a_job_counts_in_the_month_in_which_it_was_submitted(books: Books) -> None:
    quota = books.quota("requests", 1)
    [job] = books.accept()
    # As if a month had gone by since.
    books.platform.sql("UPDATE jobs SET quota_period = quota_period - interval '1 month' WHERE id = %s", job)
    books.platform.sql("UPDATE quota_balances SET period = period - interval '1 month' WHERE quota = %s", quota)
    [other] = books.accept()
    books.run()
    books.settle(job)
    books.settle(other, state="failed")
    assert books.platform.sql(
        "SELECT used, reserved FROM quota_balances WHERE quota = %s ORDER BY period", quota
    ) == [(1, 0), (0, 0)]  # fmt: skip
    assert not refused(books) and refused(books)


def test_a_quota_deleted_meanwhile_takes_its_balance_along_and_its_jobs_end_all_the_same(books: Books) -> None:
    gone, kept = books.quota("requests", 5), books.quota("tokens", 500)
    jobs = books.accept(3)
    books.run()
    books.settle(jobs[0], input_tokens=4, output_tokens=3)
    books.platform.sql("DELETE FROM quotas WHERE id = %s", gone)
    books.settle(*jobs[1:], input_tokens=4, output_tokens=3)
    assert books.platform.sql("SELECT 1 FROM quota_balances WHERE quota = %s", gone) == []
    assert books.balance(kept) == (21, 0)
    assert [books.charged(job) for job in jobs] == [(4 * INPUT + 3 * OUTPUT, 0)] * 3


@pytest.mark.parametrize("used_before", [False, True])
def test_a_quota_deleted_this_very_moment_binds_nobody_and_breaks_nothing(books: Books, used_before: bool) -> None:
    gone, kept = books.quota("requests", 1_000), books.quota("tokens", None)
    count = len(books.accept()) if used_before else 0
    deleting = books.platform.connect("millrace")
    with deleting.cursor() as cursor, ThreadPoolExecutor(1) as other:
        cursor.execute("DELETE FROM quotas WHERE id = %s", (gone,))
        submitted = other.submit(books.accept)
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%submit_jobs%%'"
        wait_for(lambda: books.platform.sql(waits), 10, "a submit that waits for the delete")
        deleting.commit()
        assert len(submitted.result(10)) == 1
    deleting.close()
    assert books.balance(kept) == (0, 10 * (count + 1)) and books.balance(gone) == (0, 0)
    books.settle(*books.run(), input_tokens=1)
    assert books.balance(kept) == (count + 1, 0) and books.balances()


def test_a_quota_made_meanwhile_counts_what_is_submitted_from_then_on(books: Books) -> None:
    [before] = books.accept()
    quota = books.quota("requests", 1)
    [after] = books.accept()
    books.run()
    books.settle(before, after)
    assert books.balance(quota) == (1, 0) and books.balances() and refused(books)


def test_a_quota_that_is_tightened_refuses_at_once_and_one_that_is_eased_admits(books: Books) -> None:
    quota = books.quota("requests", 3)
    books.accept(2)
    books.platform.sql("UPDATE quotas SET hard_limit = 2 WHERE id = %s", quota)
    assert refused(books)
    books.platform.sql("UPDATE quotas SET hard_limit = NULL WHERE id = %s", quota)
    assert not refused(books, 10)
    with pytest.raises(psycopg2.errors.CheckViolation):
        books.platform.sql("UPDATE quotas SET unit = 'tokens' WHERE id = %s", quota)


def test_a_group_that_does_not_fit_leaves_nothing_behind(books: Books) -> None:
    quota = books.quota("requests", 3)
    assert refused(books, 4)
    assert books.balance(quota) == (0, 0)
    assert books.platform.sql("SELECT 1 FROM jobs WHERE tenant = %s", books.tenant) == []
    assert not refused(books, 3)


def test_a_statement_sent_twice_reserves_once_also_when_other_jobs_are_new(books: Books) -> None:
    quota = books.quota("tokens", None)
    one, other = books.item(), books.item()
    books.platform.sql("SELECT submit_jobs(%s, false)", json.dumps([one]))
    books.platform.sql("SELECT submit_jobs(%s, false)", json.dumps([one, other]))
    assert books.balance(quota) == (0, 20)
    # In a transaction that has a savepoint, too.
    with books.platform.connect("millrace") as connection, connection.cursor() as cursor:
        cursor.execute("SAVEPOINT s")
        cursor.execute("SELECT submit_jobs(%s, false)", (json.dumps([books.item()]),))
        cursor.execute("RELEASE s")
    assert books.balance(quota) == (0, 30)


def test_settles_and_submits_of_many_quotas_in_any_order_never_lock_one_another_out(books: Books) -> None:
    quotas = [books.quota(unit, None, **scope) for unit in ("requests", "tokens", "nanos")
              for scope in ({}, {"model": "m"}, {"api_key": books.key})]  # fmt: skip

    def work(_: int) -> None:
        mine = Books.__new__(Books)
        mine.__dict__ |= books.__dict__ | {"leases": {}}
        for _ in range(5):
            mine.accept(3)
            mine.settle(*mine.run(4), input_tokens=1, output_tokens=1)

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(work, range(8)))
    assert books.balances()
    rest = Books.__new__(Books)
    rest.__dict__ |= books.__dict__ | {"leases": {}}
    rest.settle(*rest.run(200), input_tokens=1, output_tokens=1)
    used = [120] * 3 + [240] * 3 + [120 * (INPUT + OUTPUT)] * 3
    assert [books.balance(quota) for quota in quotas] == [(each, 0) for each in used]


@pytest.mark.parametrize("rows", [0, 3_000])
def test_submits_and_settles_scan_no_table_behind_the_walls_either(database: Platform, rows: int) -> None:
    books = Books(database)
    books.price()
    for unit in ("requests", "tokens", "nanos"):
        books.quota(unit, 10**12, api_key=books.key)
    many = "INSERT INTO quotas (tenant, unit, model) SELECT %s, 'tokens', 'm' || n FROM generate_series(1, %s) n"
    database.sql(many, books.tenant, rows)
    balances = "INSERT INTO quota_balances (quota, tenant, period) SELECT id, tenant, date '2020-01-01' FROM quotas"
    database.sql(f"{balances} WHERE tenant = %s", books.tenant)
    books.settle(*books.accept(1), state="cancelled")
    database.sql("ANALYZE")
    tables = ["jobs", "job_requests", "quotas", "quota_balances", "ledger_entries", "prices", "pricing_rules", "queues"]

    def scans() -> dict[str, int]:
        database.sql("SELECT pg_stat_force_next_flush()")
        found = database.sql("SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY (%s)", tables)
        return dict(found)  # type: ignore[arg-type]

    before = scans()
    connection = database.connect("millrace")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE millrace_api; SET millrace.tenants = '{books.tenant}'")
        for _ in range(8):
            cursor.execute("SELECT submit_jobs(%s, false)", (json.dumps([books.item() for _ in range(3)]),))
        cursor.execute("SET ROLE millrace_worker")
        claim = "SELECT job::text, lease::text FROM claim_jobs(%s, gen_random_uuid(), 24, 0, NULL, now())"
        cursor.execute(claim, (books.lane,))
        for id, lease in cursor.fetchall():
            item = {"id": id, "lease": lease, "state": "succeeded", "input_tokens": 3}
            cursor.execute("SELECT settle_jobs(%s)", (json.dumps([item]),))
        cursor.execute("SELECT pg_stat_force_next_flush()")
    connection.close()
    assert scans() == before
    assert database.sql("SELECT count(*) FROM ledger_entries WHERE tenant = %s", books.tenant) == [(25,)]


# --- Beyond the limit


def test_overage_goes_on_and_costs_its_rate_for_what_is_beyond_the_limit_alone(books: Books) -> None:
    tokens = books.quota("tokens", 10, overage=True, overage_nanos=7)
    money = books.quota("nanos", None)
    jobs = books.accept(3)
    books.run()
    books.settle(jobs[0], input_tokens=6)
    assert books.charged(jobs[0]) == (6 * INPUT, 0)
    # One group: the first is two tokens over, the second is over altogether.
    books.settle(*jobs[1:], input_tokens=6)
    assert sorted(books.charged(job)[1] for job in jobs[1:]) == [2 * 7, 6 * 7]
    assert books.balance(tokens) == (18, 0)
    assert books.balance(money) == (18 * INPUT + 8 * 7, 0) and books.balances()


def test_without_overage_what_took_more_than_its_estimate_is_counted_all_the_same(books: Books) -> None:
    quota = books.quota("tokens", 12)
    [job] = books.accept()
    books.run()
    books.settle(job, input_tokens=20)
    assert books.balance(quota) == (20, 0) and books.charged(job) == (20 * INPUT, 0) and refused(books)


def test_what_the_tenant_paid_itself_counts_and_costs_nothing_beyond_a_limit_either(books: Books) -> None:
    tokens, money = books.quota("tokens", 10, overage=True, overage_nanos=7), books.quota("nanos", 0)
    jobs = books.accept(2, own_key=True)
    assert refused(books) and books.balance(money) == (0, 0)
    books.run()
    books.settle(*jobs, input_tokens=8, own_key=True)
    assert [books.charged(job) for job in jobs] == [(0, 0)] * 2
    assert books.balance(tokens) == (16, 0) and books.balance(money) == (0, 0) and books.balances()


def test_a_model_without_a_price_is_free_also_when_the_money_is_used_up(books: Books) -> None:
    books.quota("nanos", 0)
    assert refused(books, model="m") and not refused(books, model="free")


# --- Whose


def test_a_tenant_may_only_make_things_tighter_for_itself(payer: Payer) -> None:
    platforms = payer.quota("requests", 2, model=MODEL)
    put = {"unit": "requests", "model": MODEL, "hard_limit": 100}
    status, own = payer.ask("PUT", "/api/v1/quotas", put)
    assert status == 200 and (own["set_by"], own["hard_limit"], own["used"]) == ("tenant", 100, 0)
    assert [payer.submit(MODEL)[0] for _ in range(3)] == [202, 202, 429]
    assert payer.ask("DELETE", f"/api/v1/quotas/{ids.show('quota', platforms)}")[0] == 404
    payer.platform.sql("UPDATE quotas SET hard_limit = 50 WHERE id = %s", platforms)
    status, tighter = payer.ask("PUT", "/api/v1/quotas", put | {"hard_limit": 3})
    assert status == 200 and tighter["id"] == own["id"] and tighter["reserved"] == 2
    assert [payer.submit(MODEL)[0] for _ in range(2)] == [202, 429]
    assert payer.ask("DELETE", f"/api/v1/quotas/{own['id']}")[0] == 204
    assert payer.submit(MODEL)[0] == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"unit": "apples"}, {"unit": "tokens", "hard_limit": -1}, {"unit": "tokens", "hard_limit_usd": "1"},
        {"unit": "usd", "hard_limit": 1}, {"unit": "usd", "hard_limit_usd": "0.0000000001"},
        {"unit": "tokens", "model": "none"}, {"unit": "usd", "hard_limit_usd": "NaN"},
        {"unit": "tokens", "api_key": "key_1"}, {"unit": "tokens", "overage": True},
        {"unit": "tokens", "api_key": "key_" + "0" * 32}, {"unit": "tokens", "hard_limit": 10**30},
    ],
)  # fmt: skip
def test_a_quota_that_makes_no_sense_is_refused_with_the_field(payer: Payer, wrong: dict[str, Any]) -> None:
    status, answer = payer.ask("PUT", "/api/v1/quotas", wrong)
    assert status == 400 and answer["detail"], answer


def test_the_platform_sets_and_lifts_quotas_of_a_tenant_and_gives_its_tiers_back(platform: Platform) -> None:
    payer = Payer(platform, tier="free")
    platform.sql("SELECT apply_tier_quota(%s)", payer.tenant)
    path = f"/api/v1/admin/tenants/{ids.show('ten', payer.tenant)}/quotas"

    def listed() -> list[tuple[str, str, Any]]:
        found = platform.request("GET", path)[2]["data"]
        assert found == payer.ask("GET", "/api/v1/quotas")[1]["data"]
        return sorted((each["unit"], each["set_by"], each["hard_limit"] or each["hard_limit_usd"]) for each in found)

    assert listed() == [("requests", "tier", 3000)]
    assert payer.ask("POST", path, {"unit": "requests", "hard_limit": 10**6})[0] == 403
    assert platform.request("POST", path, {"unit": "requests", "hard_limit": 4000})[0] == 200
    money = {"unit": "usd", "hard_limit_usd": "1.5", "overage": True}
    status, _, made = platform.request("POST", path, money)
    assert status == 200 and made["hard_limit_usd"] == "1.50"
    assert listed() == [("requests", "platform", 4000), ("usd", "platform", "1.50")]
    for each in platform.request("GET", path)[2]["data"]:
        assert platform.request("DELETE", f"{path}/{each['id']}")[0] == 204
    assert listed() == [("requests", "tier", 3000)]
    nobody = f"/api/v1/admin/tenants/{ids.show('ten', ids.new())}/quotas"
    assert platform.request("POST", nobody, {"unit": "requests"})[0] == 404
    acts = platform.sql("SELECT act FROM audit_log WHERE tenant = %s", payer.tenant)
    assert {"quota_set", "quota_removed", "admin_read"} <= {act for (act,) in acts}
