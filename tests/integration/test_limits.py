"""Limits on real servers: exact windows, bursts, all or nothing, and what is told about them."""

import hashlib
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from millrace.limits import away, rates
from millrace.limits.rates import Decision, Rate
from tests.machine import wait_for
from tests.platform import Platform

#: An address from which the platform of this file is asked through a proxy that it trusts.
FORWARDED = "X-Forwarded-For"

HOUR = 3600_000


@pytest.fixture
def clock(database: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """A real Redis, asked by the code of this process."""
    with redis.Redis.from_url(database.redis_url, protocol=2) as client:
        monkeypatch.setattr(rates.millrace_redis, "hurried", lambda: client)
        monkeypatch.setattr(away, "_until", 0.0)
        yield client


@pytest.fixture(scope="module")
def own() -> Iterator[Platform]:
    """Two API processes behind a trusted proxy, on servers that may be killed."""
    made = Platform(TRUSTED_PROXIES="127.0.0.1", DEFAULT_RATE_LIMIT="7")
    try:
        yield made.start("api", "api-2")
    finally:
        made.stop()


def rate(size: int, interval: int = 0) -> Rate:
    return Rate("test", f"test:{uuid.uuid4()}", size, interval)


def decided(*limits: Rate) -> Decision:
    decision = rates.decide(limits)
    assert decision is not None
    return decision


def key_of(platform: Platform, tier: str = "unlimited", **columns: Any) -> dict[str, str]:
    """The headers of a new key of a new tenant."""
    tenant, key = str(uuid.uuid4()), f"mr_live_{secrets.token_urlsafe(32)}"
    platform.sql("INSERT INTO tenants (id, name, tier) VALUES (%s, 'limited', %s)", tenant, tier)
    row = {"id": str(uuid.uuid4()), "tenant": tenant, "name": "k", "hash": hashlib.sha256(key.encode()).digest()}
    row |= columns
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    platform.sql(f"INSERT INTO api_keys ({names}) VALUES ({places})", *row.values())
    return {"Authorization": f"Bearer {key}"}


def ask(platform: Platform, headers: dict[str, str], process: str = "api") -> tuple[int, dict[str, str], Any]:
    body = {"endpoint": "/v1/embeddings", "body": {"model": "demo", "input": "x"}}
    return platform.request("POST", "/api/v1/jobs", body, headers, process=process)


def test_a_window_admits_exactly_its_size_of_those_who_come_together(
    platform: Platform, second_api: str
) -> None:
    headers = key_of(platform, requests_per_hour=20)
    with ThreadPoolExecutor(60) as crowd:
        asked = [crowd.submit(ask, platform, headers, ("api", second_api)[number % 2]) for number in range(60)]
    assert Counter(each.result()[0] for each in asked) == {202: 20, 429: 40}
    remaining = sorted(int(each.result()[1]["x-ratelimit-remaining-requests"]) for each in asked)
    assert remaining == sorted([0] * 40 + list(range(20)))


def test_a_window_begins_with_its_first_request_and_then_frees_whole(clock: redis.Redis) -> None:
    hourly = rate(2)
    assert rates.look([hourly]).states[0][1:] == (0, 0)  # type: ignore[union-attr]
    assert clock.exists(hourly.at) == 0
    first, second, third = (decided(hourly) for _ in range(3))
    assert [each.states[0].used for each in (first, second, third)] == [1, 2, 2]
    assert first.refused is second.refused is None
    assert first.states[0].free == HOUR
    assert third.refused is not None and HOUR - 5000 < third.wait <= HOUR
    clock.pexpire(hourly.at, 1)
    wait_for(lambda: not clock.exists(hourly.at), 5)
    assert decided(hourly).states[0].used == 1


def test_a_burst_is_taken_at_once_and_comes_back_one_by_one(clock: redis.Redis) -> None:
    slow = rate(5, interval=10_000_000)
    assert [decided(slow).refused is None for _ in range(7)] == [True] * 5 + [False] * 2
    assert 9000 < decided(slow).wait <= 10_000
    quick = rate(3, interval=100_000)
    begun = time.monotonic()
    admitted = 0
    while time.monotonic() - begun < 1.05:
        admitted += decided(quick).refused is None
    passed = time.monotonic() - begun
    assert 3 + 9 <= admitted <= 3 + passed / 0.1 + 1


def test_what_counts_as_several_fits_whole_or_not_at_all(clock: redis.Redis) -> None:
    hourly, burst = rate(10), rate(3, interval=10_000_000)
    several = rates.decide([hourly, burst], 6)
    # For a burst it is one request.
    assert several and [state.used for state in several.states] == [6, 1] and several.states[0].free == HOUR
    for times, fits in ((5, False), (4, True), (1, False), (11, False)):
        found = rates.decide([hourly], times)
        assert found and (found.refused is None) is fits, times
    never = rates.decide([rate(10)], 11)
    assert never and never.refused is not None and never.states[0].used == 0


def test_a_request_that_one_limit_refuses_counts_against_none(clock: redis.Redis) -> None:
    wide, narrow, burst = rate(10), rate(1), rate(10, interval=10_000_000)
    assert decided(wide, narrow, burst).refused is None
    for _ in range(5):
        refused = decided(wide, narrow, burst).refused
        assert refused is not None and refused.rate == narrow
    assert [state.used for state in decided(wide, burst).states] == [2, 2]


def test_the_slowest_of_several_that_refuse_is_told(clock: redis.Redis) -> None:
    burst, hourly = rate(1, interval=1_000_000), rate(1)
    decided(burst, hourly)
    refused = decided(burst, hourly)
    assert refused.refused is not None and refused.refused.rate == hourly and refused.wait > HOUR - 5000


def test_calls_that_fall_together_are_told_apart(clock: redis.Redis) -> None:
    shared, others = rate(30), [rate(1) for _ in range(60)]
    with ThreadPoolExecutor(60) as crowd:
        found = list(crowd.map(lambda one: decided(one, shared), others))
    assert sum(each.refused is None for each in found) == 30
    for each, one in zip(found, others, strict=True):
        assert each.states[0].rate == one and each.states[0].used == (each.refused is None)


def test_a_script_that_redis_forgot_is_given_to_it_again(clock: redis.Redis) -> None:
    clock.script_flush()
    assert decided(rate(1)).refused is None


def test_a_refusal_says_what_when_and_how_much(platform: Platform) -> None:
    headers = key_of(platform, requests_per_hour=1)
    _, told, _ = ask(platform, headers)
    assert told["x-ratelimit-limit-requests"] == "1" and told["x-ratelimit-reset-requests"] == "1h0m0s"
    status, told, problem = ask(platform, headers)
    assert (status, problem["code"]) == (429, "rate_limited")
    assert "1 requests an hour" in problem["detail"] and "This API key" in problem["detail"]
    assert 3590 <= int(told["retry-after"]) <= 3600
    assert told["x-ratelimit-remaining-requests"] == "0"


def test_reading_is_free_of_the_hourly_limit_and_looking_at_it_does_not_count(platform: Platform) -> None:
    headers = key_of(platform, tier="pro", requests_per_hour=2)
    job = ask(platform, headers)[2]["id"]
    for _ in range(5):
        status, told, _ = platform.request("GET", f"/api/v1/jobs/{job}", headers=headers)
        assert status == 200 and "x-ratelimit-limit-requests" not in told
        stands = platform.request("GET", "/api/v1/quota", headers=headers)[2]
    hourly = {each["of"]: (each["used"], each["remaining"], each["limit"]) for each in stands["hourly"]}
    assert hourly == {"tenant": (1, 999, 1000), "key": (1, 1, 2)}
    assert all(0 < each["resets_at"] - time.time() <= 3600 for each in stands["hourly"])
    bursts = {each["of"]: each["burst"] for each in stands["bursts"]}
    assert bursts["tenant"] == bursts["key"] == 1000


def test_the_month_is_told_with_the_hour(platform: Platform) -> None:
    headers = key_of(platform)
    tenant = platform.sql("SELECT id FROM tenants ORDER BY created_at DESC LIMIT 1")[0][0]
    for unit, size in (("tokens", 5000), ("nanos", 1_500_000_000)):
        platform.sql("INSERT INTO quotas (tenant, unit, hard_limit) VALUES (%s, %s, %s)", tenant, unit, size)
    told = ask(platform, headers)[1]
    assert told["x-ratelimit-limit-tokens"] == "5000" and int(told["x-ratelimit-remaining-tokens"]) <= 5000
    monthly = platform.request("GET", "/api/v1/quota", headers=headers)[2]["monthly"]
    found = {each["unit"]: each for each in monthly}
    assert found["tokens"]["hard_limit"] == 5000 and found["usd"]["hard_limit"] == "1.50"
    assert found["tokens"]["used"] + found["tokens"]["reserved"] + found["tokens"]["remaining"] == 5000
    assert found["tokens"]["resets_at"] > time.time()


def test_a_setting_seeds_a_tier_until_somebody_edits_it(own: Platform) -> None:
    free = lambda: own.sql("SELECT requests_per_hour FROM tiers WHERE name = 'free'")[0][0]  # noqa: E731
    assert free() == 7
    own.sql("UPDATE tiers SET requests_per_hour = 8 WHERE name = 'free'")
    own.run("-m", "millrace.migrations")
    assert free() == 8


def test_an_edited_tier_is_effective_on_every_process_and_for_the_month(own: Platform) -> None:
    headers = key_of(own, tier="enterprise")
    edit = {"requests_per_hour": 3, "requests_per_month": 55, "per_second": None, "burst": None}
    limit = lambda process: ask(own, headers, process)[1]["x-ratelimit-limit-requests"]  # noqa: E731
    assert [limit("api"), limit("api-2")] == ["10000", "10000"]
    assert own.request("PUT", "/api/v1/admin/tiers/enterprise", edit)[0] == 200
    wait_for(lambda: [limit("api"), limit("api-2")] == ["3", "3"], 10)
    assert ask(own, headers)[0] == 429
    stands = own.request("GET", "/api/v1/quota", headers=headers)[2]
    assert [(each["unit"], each["hard_limit"]) for each in stands["monthly"]] == [("requests", 55)]
    acts = own.sql("SELECT act FROM audit_log WHERE target = 'enterprise'")
    assert acts == [("tier_changed",)]


@pytest.mark.parametrize(
    "edit",
    [
        {"requests_per_hour": 0, "per_second": None, "burst": None},
        {"requests_per_hour": None, "per_second": 1, "burst": None},
        {"requests_per_hour": None, "per_second": -1, "burst": 1},
        {"requests_per_hour": None, "burst": 1},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(own: Platform, edit: dict[str, Any]) -> None:
    assert own.request("PUT", "/api/v1/admin/limits/address", edit)[0] == 400
    assert own.request("PUT", "/api/v1/admin/tiers/pro", edit | {"requests_per_month": 1})[0] == 400


def test_limits_are_edited_by_those_who_run_the_platform_and_no_others(own: Platform) -> None:
    edit = {"requests_per_hour": None, "per_second": None, "burst": None}
    for path in ("limits/address", "tiers/pro"):
        assert own.request("PUT", f"/api/v1/admin/{path}", edit, key_of(own))[0] == 403
    for unknown in ("limits/nothing", "limits/GET%20%2Fnothing", "tiers/nothing", "limits/%00"):
        body = edit | ({"requests_per_month": None} if "tiers" in unknown else {})
        assert own.request("PUT", f"/api/v1/admin/{unknown}", body)[0] == 404


def test_a_limit_on_an_operation_is_shown_to_those_who_may_ask_for_it(own: Platform) -> None:
    edit = {"requests_per_hour": 50, "per_second": None, "burst": None}
    assert own.request("PUT", "/api/v1/admin/limits/GET%20%2Fapi%2Fv1%2Fadmin%2Fblocks", edit)[0] == 200
    def shown(headers: dict[str, str]) -> list[str]:
        return [each["of"] for each in own.request("GET", "/api/v1/quota", headers=headers)[2]["hourly"]]

    assert "GET /api/v1/admin/blocks" in shown({})
    assert shown(key_of(own)) == ["tenant"]


def test_an_operation_can_have_a_limit_of_its_own_by_address_where_it_is_public(own: Platform) -> None:
    edit = {"requests_per_hour": 2, "per_second": None, "burst": None}
    assert own.request("PUT", "/api/v1/admin/limits/GET%20%2Fdocs", edit)[0] == 200

    def read(address: str) -> int:
        return own.request("GET", "/docs", headers={FORWARDED: address})[0]

    assert [read("203.0.113.9") for _ in range(3)] == [200, 200, 429]
    # What is further left was written by who asks: it makes nobody somebody else.
    assert read("198.51.100.1, 203.0.113.9") == 429
    assert read("203.0.113.10") == 200
    # Other addresses of one IPv6 network are the same subscriber.
    assert [read(f"2001:db8:1:2::{number}") for number in range(3)] == [200, 200, 429]
    # This machine has no limit by address.
    assert [own.request("GET", "/docs")[0] for _ in range(4)] == [200] * 4


def test_signing_in_is_limited_by_address(own: Platform) -> None:
    own.sql("UPDATE limits SET per_second = 0.001, burst = 3 WHERE name = 'sign_in'")
    wrong = {"email": "nobody@example.com", "password": "not the right one"}

    def sign_in(address: str) -> int:
        return own.request("POST", "/api/v1/auth/login", wrong, {FORWARDED: address, "Authorization": ""})[0]

    wait_for(lambda: [sign_in("203.0.113.20") for _ in range(4)][-1] == 429, 10, "the limit")
    assert [sign_in("203.0.113.21") for _ in range(4)] == [401, 401, 401, 429]


def test_an_address_that_is_forged_past_no_proxy_counts_for_nothing(platform: Platform) -> None:
    """The shared platform trusts no proxy."""
    job = ask(platform, {FORWARDED: "203.0.113.7"})[2]["id"].removeprefix("job_")
    assert platform.sql("SELECT address FROM job_requests WHERE job = %s", str(uuid.UUID(job))) == [("127.0.0.1",)]


def test_without_redis_work_goes_on_and_windows_begin_anew(own: Platform) -> None:
    headers = key_of(own, requests_per_hour=1)
    assert [ask(own, headers)[0] for _ in range(2)] == [202, 429]
    own.kill_server("redis")
    for _ in range(3):
        status, told, _ = ask(own, headers)
        assert status == 202 and "x-ratelimit-limit-requests" not in told
    assert own.request("GET", "/api/v1/quota", headers=headers)[2]["hourly"][-1]["used"] is None
    own.start_server("redis")
    wait_for(own.redis_answers, 20)
    wait_for(lambda: ask(own, headers)[0] == 429, 20)
    with redis.Redis.from_url(own.redis_url) as client:
        client.flushall()
    assert [ask(own, headers)[0] for _ in range(2)] == [202, 429]
