"""What a process believes of a table while it asks for it again."""

from collections.abc import Callable, Iterator

import pytest

from millrace.errors import DatabaseUnavailable
from millrace.limits.cached import Cached


def reading(*answers: object) -> Callable[[], object]:
    left: Iterator[object] = iter(answers)

    def read() -> object:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return read


def test_what_was_read_last_holds_while_the_database_is_away() -> None:
    value = Cached(reading(1, DatabaseUnavailable(), 2), seconds=0, empty=0)
    assert [value(), value(), value()] == [1, 1, 2]


def test_a_value_that_was_never_read_is_empty() -> None:
    value = Cached(reading(DatabaseUnavailable(), 1), seconds=0, empty=0)
    assert [value(), value()] == [0, 1]


def test_it_is_read_once_in_its_time_unless_it_is_forgotten() -> None:
    value = Cached(reading(1, 2), seconds=60, empty=0)
    assert [value(), value()] == [1, 1]
    value.forget()
    assert value() == 2


def test_those_who_ask_during_a_reading_go_on_with_what_there_was() -> None:
    seen = []

    def read() -> int:
        seen.append(value() if seen else 0)
        return len(seen)

    value = Cached(read, seconds=60, empty=0)
    value()
    value.forget()
    assert value() == 2
    assert seen == [0, 1]


@pytest.mark.parametrize("failure", [ValueError("a bug")])
def test_a_bug_is_not_taken_for_an_outage(failure: Exception) -> None:
    with pytest.raises(ValueError, match="a bug"):
        Cached(reading(failure), seconds=0, empty=0)()
