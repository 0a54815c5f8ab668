"""Slots of a lane: some are kept for interactive work; where calls are short, a few jobs are claimed ahead."""

import threading

import pytest

from millrace.catalog.catalog import Lane
from millrace.jobs.slots import Free, Slots


@pytest.mark.parametrize(
    ("slots", "kept", "interactive", "others", "free"),
    [
        (4, 0, 0, 0, Free(4, 0)),
        (4, 1, 0, 0, Free(3, 1)),
        (4, 1, 0, 3, Free(0, 1)),
        (4, 1, 1, 3, Free(0, 0)),
        (4, 1, 3, 0, Free(1, 0)),
        (4, 1, 1, 0, Free(3, 0)),
        (4, 1, 4, 0, Free(0, 0)),
        (4, 2, 1, 2, Free(0, 1)),
        # Something is left for the others, however much is kept.
        (1, 1, 0, 0, Free(1, 0)),
        (2, 9, 0, 0, Free(1, 1)),
        # The catalog may have shrunk under what runs.
        (2, 0, 0, 3, Free(0, 0)),
    ],
)
def test_what_is_free(slots: int, kept: int, interactive: int, others: int, free: Free) -> None:
    made = Slots(Lane(name="x", slots=slots, kept=kept))
    for mine, count in ((True, interactive), (False, others)):
        for _ in range(count):
            made.take(mine)
    assert made.free == free
    assert made.busy == interactive + others


def lane(seconds: float) -> Slots:
    """Of 16 slots, two of them kept, whose calls take so long."""
    made = Slots(Lane(name="x", slots=16, kept=2))
    for _ in range(200):
        made.take(False)
        made.enter(False)
        made.give_back(False, seconds)
    assert made.busy == 0
    return made


@pytest.mark.parametrize(("seconds", "ahead"), [(0.0, 0), (0.01, 2), (0.4, 2), (0.8, 1), (10.0, 0)])
def test_short_calls_are_claimed_ahead_and_long_ones_are_not(seconds: float, ahead: int) -> None:
    assert lane(seconds).free == Free(14 + ahead, 2)


def test_no_claim_goes_ahead_of_a_backend_that_has_no_room() -> None:
    made = lane(0.01)
    assert made.pace.slowed(float("inf")) and made.free == Free(6, 2)


def test_a_slot_that_comes_free_goes_to_who_waits_and_the_kept_ones_to_nobody_else() -> None:
    made, inside = lane(0.01), list[str]()

    def come(name: str, interactive: bool) -> threading.Thread:
        made.take(interactive)
        came = threading.Thread(target=lambda: (made.enter(interactive), inside.append(name)), daemon=True)
        came.start()
        return came

    for number in range(14):
        come(f"first {number}", False).join(5)
    waits = come("waits", False)
    for number in range(2):
        come(f"interactive {number}", True).join(5)
    assert len(inside) == 16 and waits.is_alive() and made.free == Free(1, 0)
    # One of the kept comes free, which is none of its.
    made.give_back(True, 0.01)
    come("interactive 2", True).join(5)
    assert inside[-1] == "interactive 2" and waits.is_alive()
    made.give_back(False, 0.01)
    waits.join(5)
    assert inside[-1] == "waits" and made.busy == 16
