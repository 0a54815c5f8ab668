"""What a process believes of each tenant, and for how long."""

from typing import Any

import pytest

from millrace import believed
from millrace.believed import Believed
from millrace.errors import DatabaseUnavailable


class Table:
    """What there is to read; `asked` is whom it was read for."""

    def __init__(self) -> None:
        self.value: Any = "first"
        self.asked: list[str] = []

    def __call__(self, tenant: str) -> Any:
        self.asked.append(tenant)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(believed.time, "monotonic", lambda: now[0])
    return now


def test_a_value_is_read_once_in_a_while_for_each_tenant(clock: list[float]) -> None:
    table = Table()
    value = Believed(table, seconds=2.0)
    assert [value("a"), value("b"), value("a")] == ["first"] * 3 and table.asked == ["a", "b"]
    table.value = "second"
    clock[0] += 0.9
    assert value("a") == "first"
    clock[0] += 0.2
    assert value("a") == "second"


def test_it_is_never_older_than_it_may_be_however_long_the_reading_takes(clock: list[float]) -> None:
    def slow(_: str) -> str:
        clock[0] += 3.0
        return "old"

    value = Believed(slow, seconds=2.0)
    value("a")
    began = clock[0]
    value("a")
    assert clock[0] == began + 3.0, "it was read again: what was read is as old as the beginning of the reading"


def test_those_who_come_during_a_reading_go_on_with_what_there_is(clock: list[float]) -> None:
    seen: list[str] = []

    def read(tenant: str) -> str:
        if seen:
            seen.append(value(tenant))
        return f"value {len(seen)}"

    value: Believed[str] = Believed(read, seconds=2.0)
    value("a")
    seen.append("begun")
    clock[0] += 1.5
    assert value("a") == "value 2" and seen == ["begun", "value 0"]


def test_while_the_database_is_away_the_last_value_holds_and_none_is_none() -> None:
    table = Table()
    value = Believed(table, seconds=0.0)
    value("a")
    table.value = DatabaseUnavailable()
    assert value("a") == "first"
    with pytest.raises(DatabaseUnavailable):
        value("b")


def test_what_was_changed_here_is_read_at_once() -> None:
    table = Table()
    value = Believed(table, seconds=60.0)
    value("a")
    table.value = "second"
    value.forget("a")
    assert value("a") == "second"
