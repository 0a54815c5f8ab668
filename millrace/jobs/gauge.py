"""What a process measures of its lanes: how long a job holds a slot. The ETA of those who wait is made of it."""

import threading
from typing import Any

#: Weight of the newest job in the moving average: about the last twenty count.
NEWEST = 0.1


class Gauge:
    """By lane: slots, jobs running, and the moving average of slot-seconds a job."""

    def __init__(self) -> None:
        self._lanes: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def lane(self, name: str, slots: int) -> None:
        with self._lock:
            self._lanes.setdefault(name, {"slots": slots, "seconds": None, "ended": 0})["slots"] = slots

    def ended(self, name: str, seconds: float) -> None:
        """A job of this lane held its slot for so long."""
        with self._lock:
            lane = self._lanes[name]
            old = lane["seconds"]
            lane["seconds"] = seconds if old is None else old + NEWEST * (seconds - old)
            lane["ended"] += 1

    def read(self) -> dict[str, Any]:
        """`{lane: {slots, seconds, ended}}`."""
        with self._lock:
            return {name: dict(lane) for name, lane in self._lanes.items()}
