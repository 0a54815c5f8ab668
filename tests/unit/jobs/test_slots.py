"""Slots of a lane: some are kept for interactive work."""

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
    for mine, count in ((True, interactive), (False, others)):
        for _ in range(count):
            made.give_back(mine)
    assert made.busy == 0
