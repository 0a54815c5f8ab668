"""A lane's pace: halved by a 429, once for a burst of them; back to all of its slots by successes."""

from millrace.catalog.catalog import Lane
from millrace.jobs.pace import Pace
from millrace.jobs.slots import Slots


def test_a_burst_halves_it_once_and_later_calls_again() -> None:
    pace = Pace(64)
    assert all(pace.slowed(begun, now=100.0) for begun in (98.0, 99.0, 99.5))
    assert pace.limit == 32
    assert pace.slowed(101.0, now=102.0) and pace.limit == 16


def test_at_one_slot_there_is_nothing_left_to_slow_down() -> None:
    pace = Pace(4)
    assert [pace.slowed(float(n), now=float(n)) for n in range(1, 4)] == [True, True, False]
    assert pace.limit == 1
    assert not Pace(1).slowed(1.0)


def test_successes_bring_all_slots_back_and_no_more() -> None:
    pace = Pace(32)
    for n in range(1, 6):
        pace.slowed(float(n), now=float(n))
    limits = []
    while pace.limit < 32 and len(limits) < 1_000:
        pace.went_well()
        limits.append(pace.limit)
    # Additive: as many successes as slots are in use bring the same part of the slots back, so it speeds up evenly.
    assert limits == sorted(limits) and 100 < len(limits) < 1_000
    pace.went_well()
    assert pace.limit == 32


def test_a_slow_lane_claims_less_and_still_keeps_some_for_who_waits() -> None:
    slots = Slots(Lane(name="x", slots=16, kept=2))
    slots.pace.slowed(1.0, now=1.0)
    assert (slots.free.any, slots.free.kept) == (6, 2)
