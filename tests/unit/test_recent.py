"""A value that is read again beside whoever asks for it."""

import threading

from millrace.errors import DatabaseUnavailable
from millrace.recent import Recent


def test_it_is_read_once_while_it_is_fresh_and_given_the_last_value() -> None:
    seen: list[int] = []

    def read(last: int) -> int:
        seen.append(last)
        return last + 1

    value = Recent(read, 0, fresh=60, stale=90)
    assert [value() for _ in range(5)] == [1] * 5
    assert (value.look(), seen) == (2, [0, 1])


def test_the_last_value_holds_while_the_database_is_away() -> None:
    away = threading.Event()

    def read(last: int) -> int:
        if away.is_set():
            raise DatabaseUnavailable
        return last + 1

    value = Recent(read, 0, fresh=60, stale=90)
    assert value() == 1
    away.set()
    assert value.look() == 1


def test_one_that_is_old_is_answered_while_a_thread_reads_the_next() -> None:
    entered, go = threading.Event(), threading.Event()

    def read(last: int) -> int:
        if last:
            entered.set()
            go.wait(10)
        return last + 1

    value = Recent(read, 0, fresh=0, stale=60)
    assert value() == 1
    # The thread is still reading.
    assert value() == 1 and entered.wait(10) and value() == 1
    go.set()
    assert value.look() >= 2


def test_a_look_never_takes_what_another_began_to_read_before() -> None:
    entered, go = threading.Event(), threading.Event()
    truth = [1]

    def read(_last: int) -> int:
        found = truth[0]
        if not entered.is_set():
            entered.set()
            go.wait(10)
        return found

    value = Recent(read, 0, fresh=60, stale=90)
    first = threading.Thread(target=value.look)
    first.start()
    assert entered.wait(10)
    truth[0] = 2
    threading.Timer(0.05, go.set).start()
    assert value.look() == 2
    first.join()
