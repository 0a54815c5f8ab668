"""The breaker opens on a row of failures or on too many, and counts nothing while all is well."""

from collections.abc import Iterator

import pytest

from millrace import redis
from millrace.routing.breaker import IN_A_ROW, LAST, Breaker
from millrace.routing.chain import REMEMBERED, left, moved, successor
from millrace.settings import settings


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Redis is away: what a process counts by itself is what is tested."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    for cached in (settings, redis.client):
        cached.cache_clear()
    yield
    for cached in (settings, redis.client):
        cached.cache_clear()


def test_failures_in_a_row_open_it_and_then_the_row_begins_anew() -> None:
    breaker = Breaker()
    found = [breaker.failed("x/m") for _ in range(IN_A_ROW + 1)]
    assert [bool(why) for why in found] == [False] * (IN_A_ROW - 1) + [True, False]
    assert found[IN_A_ROW - 1] == f"{IN_A_ROW} failures in a row"


def test_a_success_ends_the_row() -> None:
    breaker = Breaker()
    for _ in range(3):
        assert not [why for why in [breaker.failed("x/m") for _ in range(IN_A_ROW - 1)] if why]
        breaker.succeeded("x/m")


def test_too_many_of_the_last_calls_open_it_without_a_row() -> None:
    breaker, why = Breaker(), None
    for _ in range(LAST):
        breaker.succeeded("x/m")
        why = why or breaker.failed("x/m")
    assert why and f"of the last {LAST}" in why


def test_models_have_breakers_of_their_own() -> None:
    breaker = Breaker()
    assert not [why for n in range(20) if (why := breaker.failed(f"x/{n}"))]


def test_the_chain_gives_whoever_can_be_used_the_first_one_too() -> None:
    route = {"asked": "a", "why": "as asked", "chain": ["a", "b", "c"]}
    assert successor(route, "a", lambda name: True) == "b"
    assert successor(route, "a", lambda name: name == "c") == "c"
    assert successor(route, "b", lambda name: True) == "a"
    assert successor(route, "a", lambda name: False) is None
    assert successor(None, "a", lambda name: True) is None


def test_a_route_remembers_its_last_moves() -> None:
    route = {"asked": "a", "why": "as asked", "chain": ["a", "b"]}
    for n in range(REMEMBERED + 4):
        route = moved(route, "a", f"reason {n}")
    assert [move["because"] for move in route["moved"]] == [f"reason {n}" for n in range(4, REMEMBERED + 4)]
    assert left(route) == {"a"}
