"""Position arithmetic: the order of the claim, worked out for those who wait."""

import math
from datetime import UTC, datetime

import pytest

from millrace.jobs.position import EXACT, STRIDE, Picture, _Queue


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


LATE = at(1e9)


def queue(
    tenant: str = "a", of_class: int = 1, waiting: int = 0, tag: float = 0.0, weight: float = 1.0,
    class_tags: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> _Queue:  # fmt: skip
    """Its jobs have the keys 0, 1, 2, ..."""
    return _Queue(0, tenant, of_class, tag, weight, list(class_tags), waiting, [float(n) for n in range(waiting)])


def picture(*queues: _Queue, rate: float | None = None, seconds: float | None = 1.0) -> Picture:
    return Picture(queues=list(queues), rate=rate, seconds=seconds, good_until=math.inf)


def test_in_an_empty_lane_one_is_next() -> None:
    assert picture().place("a", 1, LATE) == 1


@pytest.mark.parametrize(("key", "place"), [(-1, 1), (0, 1), (1, 2), (4, 5), (99, 6)])
def test_inside_a_queue_the_key_decides(key: float, place: int) -> None:
    assert picture(queue(waiting=5)).place("a", 1, at(key)) == place


def test_queues_of_one_class_are_one_line() -> None:
    assert picture(queue(waiting=5), queue(waiting=5)).place("a", 1, at(3)) == 7


@pytest.mark.parametrize(
    ("own", "others", "place"),
    [
        # As many of the other as of one's own; and no more than it has.
        ((10, 0.0, 1.0), (100, 0.0, 1.0), 21),
        ((10, 0.0, 1.0), (4, 0.0, 1.0), 15),
        # By weight.
        ((10, 0.0, 1.0), (100, 0.0, 4.0), 51),
        ((10, 0.0, 4.0), (100, 0.0, 1.0), 14),
        # A debt is worked off first, a credit used.
        ((10, 5.0, 1.0), (100, 0.0, 1.0), 26),
        ((10, 0.0, 1.0), (100, 5.0, 1.0), 16),
        ((10, 0.0, 1.0), (100, 50.0, 1.0), 11),
    ],
)
def test_tenants_take_turns_by_weight(
    own: tuple[int, float, float], others: tuple[int, float, float], place: int
) -> None:
    a = queue("a", waiting=own[0], tag=own[1], weight=own[2])
    b = queue("b", waiting=others[0], tag=others[1], weight=others[2])
    assert picture(a, b).place("a", 1, LATE) == place


@pytest.mark.parametrize(("seconds", "own_tag", "place"), [(0.01, 0.05, 1 + 10 + 15), (20.0, 100.0, 1 + 10 + 15)])
def test_tags_are_slot_seconds_and_jobs_cost_what_was_measured(seconds: float, own_tag: float, place: int) -> None:
    own, other = queue("a", waiting=10, tag=own_tag), queue("b", waiting=100)
    assert picture(own, other, seconds=seconds).place("a", 1, LATE) == place


def test_somebody_new_does_not_wait_for_a_long_line() -> None:
    assert picture(queue("b", waiting=20_000, tag=7.0)).place("a", 1, LATE) == 1


def test_classes_share_a_tenants_part_sixteen_to_four_to_one() -> None:
    lane = picture(queue(of_class=0, waiting=1000), queue(of_class=1, waiting=1000), queue(of_class=2, waiting=1000))
    assert lane.place("a", 0, at(160)) == pytest.approx(160 * 21 / 16, abs=3)
    assert lane.place("a", 1, at(40)) == pytest.approx(40 * 21 / 4, abs=3)
    assert lane.place("a", 2, at(10)) == pytest.approx(10 * 21, abs=3)


def test_a_long_queue_is_counted_by_its_sample() -> None:
    waiting = EXACT * 4
    sampled = _Queue(0, "a", 1, 0.0, 1.0, [0.0] * 3, waiting, [float(n) for n in range(0, waiting, STRIDE)])
    for key in (0, 100, waiting // 2, waiting):
        assert abs(picture(sampled).place("a", 1, at(key)) - 1 - key) <= STRIDE


@pytest.mark.parametrize(("rate", "eta"), [(None, None), (2.0, 5.0), (3.0, 3.3)])
def test_the_eta_is_the_position_over_the_measured_rate(rate: float | None, eta: float | None) -> None:
    assert picture(rate=rate).eta(10) == eta
