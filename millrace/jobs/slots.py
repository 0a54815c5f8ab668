"""The slots of one lane in one process: how many are taken, and by whom."""

import threading
from dataclasses import dataclass

from millrace.catalog.catalog import Lane
from millrace.jobs.pace import Pace


@dataclass(frozen=True, slots=True)
class Free:
    """Slots that any job may have, and those beyond that only interactive ones may."""

    any: int
    kept: int


class Slots:
    """Counts under a lock; a lane keeps `kept` of its slots for interactive work."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        #: How many of them are used while the backend has no room for more.
        self.pace = Pace(lane.slots)
        self._interactive = 0
        self._others = 0
        self._lock = threading.Lock()

    def take(self, interactive: bool) -> None:
        with self._lock:
            self._interactive += interactive
            self._others += not interactive

    def give_back(self, interactive: bool) -> None:
        with self._lock:
            self._interactive -= interactive
            self._others -= not interactive

    @property
    def busy(self) -> int:
        return self._interactive + self._others

    @property
    def free(self) -> Free:
        with self._lock:
            slots = self.pace.limit
            left = max(0, slots - self._interactive - self._others)
            any = max(0, min(left, slots - min(self._lane.kept, slots - 1) - self._others))
            return Free(any, left - any)
