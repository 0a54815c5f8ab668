"""Looking up a session: how old what is believed can be, and what the loss of Redis does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from millrace import db
from millrace import redis as millrace_redis
from millrace.identity import session_lookup

ROW = ("u", "t", "developer", None, False, None, ["demo"], "pro")


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Store:
    """Redis and Postgres, and how often each was asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.kept: dict[str, tuple[float, str]] = {}
        self.rows = [ROW]
        self.asked = {"redis": 0, "postgres": 0}
        self.away = False
        self.slowly = 0.0

    def get(self, name: str) -> str | None:
        self._ask()
        until, text = self.kept.get(name, (0.0, ""))
        return text if until > self.clock.now else None

    def set(self, name: str, text: str, px: int) -> None:
        self._ask()
        self.kept[name] = (self.clock.now + px / 1000, text)

    def delete(self, *names: str) -> None:
        self._ask()
        for name in names:
            self.kept.pop(name, None)

    def _ask(self) -> None:
        self.asked["redis"] += 1
        if self.away:
            raise redis.ConnectionError

    def call(self, sql: str, given: Any) -> list[tuple[Any, ...]]:
        self.asked["postgres"] += 1
        self.clock.now += self.slowly
        return self.rows  # type: ignore[return-value]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = Store(Clock())
    monkeypatch.setattr(session_lookup, "time", made.clock)
    monkeypatch.setattr(session_lookup, "_found", {})
    monkeypatch.setattr(session_lookup, "_alone_until", 0.0)
    monkeypatch.setattr(millrace_redis, "hurried", lambda: made)
    monkeypatch.setattr(db, "call", made.call)
    yield made


def other_process() -> None:
    session_lookup._found.clear()


def test_a_session_is_read_once_and_its_caller_is_what_the_row_says(store: Store) -> None:
    caller = session_lookup.find("s")
    assert caller is not None and session_lookup.find("s") is caller
    assert (caller.user, caller.tenant, caller.session, caller.tier) == ("u", "t", "s", "pro")
    assert caller.may("jobs:write") and not caller.may("members:admin") and caller.models == frozenset({"demo"})
    assert store.asked["postgres"] == 1
    other_process()
    assert session_lookup.find("s") == caller and store.asked["postgres"] == 1, "Redis knew"


def test_what_was_true_is_believed_for_less_than_a_second(store: Store) -> None:
    assert session_lookup.find("s")
    read = store.clock.now
    store.rows = []
    store.clock.now += session_lookup.IN_REDIS / 1000 - 0.001
    other_process()
    assert session_lookup.find("s"), "from Redis, at the last moment"
    store.clock.now += session_lookup.BELIEVED - 0.001
    assert session_lookup.find("s"), "from the process, at the last moment"
    store.clock.now += 0.001
    assert session_lookup.find("s") is None
    assert store.clock.now - read < 1.0


def test_what_came_late_from_postgres_is_not_passed_on(store: Store) -> None:
    store.slowly = session_lookup.TOO_LATE + 0.01
    assert session_lookup.find("s") and not store.kept


def test_what_is_believed_can_be_looked_up_afresh(store: Store) -> None:
    assert session_lookup.find("s")
    store.rows = [("u", "t2", *ROW[2:])]
    moved = session_lookup.find("s", afresh=True)
    assert moved is not None and moved.tenant == "t2" and session_lookup.find("s") is moved


def test_one_that_ended_here_is_gone_at_once(store: Store) -> None:
    assert session_lookup.find("s")
    store.rows = []
    session_lookup.forget(["s"])
    assert session_lookup.find("s") is None
    asked = store.asked["postgres"]
    assert session_lookup.find("s") is None and store.asked["postgres"] == asked, "also known to be over"


def test_without_redis_postgres_is_asked_and_redis_left_alone(store: Store) -> None:
    store.away = True
    assert session_lookup.find("s")
    assert store.asked == {"redis": 1, "postgres": 1}
    store.clock.now += session_lookup.BELIEVED
    assert session_lookup.find("s")
    session_lookup.forget(["s"])
    assert store.asked == {"redis": 1, "postgres": 2}
    store.away = False
    store.clock.now += session_lookup.ALONE
    assert session_lookup.find("s") and store.asked["redis"] == 3 and store.kept


@pytest.mark.parametrize("text", ["", "{", "null", json.dumps([])])
def test_what_redis_should_not_hold_is_not_believed(store: Store, text: str) -> None:
    store.kept["session:s"] = (2000.0, text)
    assert session_lookup.find("s") and store.asked["postgres"] == 1
