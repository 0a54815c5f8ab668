"""The slots of one lane in one process: how many are taken, and by whom.

Where calls are short, a slot that waits for the next claim stands idle for a good part of its time. So a few jobs are
claimed ahead: as many as end within AHEAD, and never more than an eighth of the slots; they enter as slots come free.
"""

import threading
from dataclasses import dataclass

from millrace.catalog.catalog import Lane
from millrace.jobs.gauge import averaged
from millrace.jobs.pace import Pace

#: Seconds that may pass from a slot that comes free to the next call; the part of the slots claimed ahead at the most.
AHEAD, MOST_AHEAD = 0.05, 1 / 8


@dataclass(frozen=True, slots=True)
class Free:
    """Jobs of any kind that may be claimed, and those beyond that only if they are interactive."""

    any: int
    kept: int


class Slots:
    """Counts under a lock; a lane keeps `kept` of its slots for interactive work."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        #: How many of them are used while the backend has no room for more.
        self.pace = Pace(lane.slots)
        #: Jobs that were claimed, and those of them that are in a slot, by whether they are interactive.
        self._claimed, self._inside = {True: 0, False: 0}, {True: 0, False: 0}
        self._waiting: list[tuple[bool, threading.Event]] = []
        #: For how long a job has its slot, on average.
        self._seconds: float | None = None
        self._lock = threading.Lock()

    def take(self, interactive: bool) -> None:
        """A job was claimed."""
        with self._lock:
            self._claimed[interactive] += 1

    def enter(self, interactive: bool) -> None:
        """Wait for a slot, if none is free for this job."""
        with self._lock:
            if self._admits(interactive):
                self._inside[interactive] += 1
                return
            turn = threading.Event()
            self._waiting.append((interactive, turn))
        turn.wait()

    def give_back(self, interactive: bool, seconds: float) -> None:
        """Its slot, which it had for so long, is free: whoever waits for one has it."""
        with self._lock:
            self._claimed[interactive] -= 1
            self._inside[interactive] -= 1
            self._seconds = averaged(self._seconds, seconds)
            for waiter in sorted(self._waiting, key=lambda each: not each[0]):
                if self._admits(waiter[0]):
                    self._inside[waiter[0]] += 1
                    self._waiting.remove(waiter)
                    waiter[1].set()

    @property
    def busy(self) -> int:
        return sum(self._claimed.values())

    @property
    def free(self) -> Free:
        """What may be claimed now."""
        with self._lock:
            slots = self.pace.limit + self._ahead()
            left = max(0, slots - self.busy)
            any = max(0, min(left, slots - self._kept(slots) - self._claimed[False]))
            return Free(any, left - any)

    def _admits(self, interactive: bool) -> bool:
        slots = self.pace.limit
        room = sum(self._inside.values()) < slots
        return room and (interactive or self._inside[False] < slots - self._kept(slots))

    def _kept(self, slots: int) -> int:
        return min(self._lane.kept, slots - 1)

    def _ahead(self) -> int:
        if not self._seconds or self.pace.limit < self._lane.slots:
            return 0
        return int(min(AHEAD / self._seconds, MOST_AHEAD) * self._lane.slots)
