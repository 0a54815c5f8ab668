"""Natural batching: what it promises to those who call at the same time."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from millrace.grouping import Grouped
from tests.machine import wait_for


class Gate:
    """Doubles numbers; the first group waits until it is let through. Refuses the negative ones."""

    def __init__(self, most: int = 64) -> None:
        self.groups: list[list[int]] = []
        self.entered, self.open = threading.Event(), threading.Event()
        self.call = Grouped(self._run, most=most)

    def _run(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.entered.set()
        assert self.open.wait(10)
        if any(item < 0 for item in items):
            raise ValueError(f"refused {[item for item in items if item < 0]}")
        return [2 * item for item in items]

    def with_waiting(self, pool: ThreadPoolExecutor, items: Sequence[int]) -> list[object]:
        """0 goes first and is held at the gate, until all the others wait behind it; then what each of them got."""
        first = pool.submit(self.call, 0)
        assert self.entered.wait(10)
        behind = []
        for item in items:
            behind.append(pool.submit(self.call, item))
            wait_for(lambda: len(self.call._waiting) == len(behind), 10, "everybody waits")
        self.open.set()
        assert first.result(10) == 0
        return [future.exception(10) or future.result() for future in behind]


def test_who_comes_alone_goes_alone_and_at_once() -> None:
    gate = Gate()
    gate.open.set()
    assert [gate.call(item) for item in (1, 2)] == [2, 4]
    assert gate.groups == [[1], [2]]


def test_who_comes_meanwhile_goes_together_in_the_order_of_coming() -> None:
    gate = Gate()
    with ThreadPoolExecutor(20) as pool:
        assert gate.with_waiting(pool, range(1, 11)) == [2 * item for item in range(1, 11)]
    assert gate.groups == [[0], list(range(1, 11))]


def test_a_group_has_its_limit() -> None:
    gate = Gate(most=4)
    with ThreadPoolExecutor(20) as pool:
        assert gate.with_waiting(pool, range(1, 11)) == [2 * item for item in range(1, 11)]
    assert [len(group) for group in gate.groups] == [1, 4, 4, 2]


def test_a_refusal_costs_only_its_own_member() -> None:
    gate = Gate()
    with ThreadPoolExecutor(20) as pool:
        found = gate.with_waiting(pool, [1, -2, 3, -4, 5])
    assert [found[at] for at in (0, 2, 4)] == [2, 6, 10]
    assert [str(found[at]) for at in (1, 3)] == ["refused [-2]", "refused [-4]"]
    assert gate.groups == [[0], [1, -2, 3, -4, 5], [1], [-2], [3], [-4], [5]]


def test_after_a_failure_it_goes_on() -> None:
    gate = Gate()
    gate.open.set()
    with pytest.raises(ValueError, match="refused"):
        gate.call(-1)
    assert gate.call(1) == 2


def test_the_first_does_not_serve_the_others_for_ever() -> None:
    """Each leader runs the group that it is in, and no other: so nobody is held up by those who come after."""
    leaders: list[int] = []

    def run(items: Sequence[int]) -> Sequence[int]:
        leaders.append(threading.get_ident())
        assert threading.get_ident() in items
        return items

    call: Grouped[int, int] = Grouped(run)
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda _: call(threading.get_ident()), range(500)):
            pass
    assert leaders


def test_everybody_gets_what_is_theirs() -> None:
    call = Grouped(lambda items: [item * item for item in items], most=7)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(call, range(3000))) == [item * item for item in range(3000)]
