"""What a process measures of its lanes and models: the ETA of those who wait is made of it, and routing by latency."""

import threading
from dataclasses import dataclass
from typing import Any

#: Weight of the newest job in the moving average: about the last twenty count.
NEWEST = 0.1


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model: seconds in all, and to its first delta if it streamed; whether it went well."""

    seconds: float
    first: float | None
    well: bool


class Gauge:
    """By lane: slots, jobs running, and the moving average of slot-seconds a job; and by model within it."""

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
            lane["seconds"] = averaged(lane["seconds"], seconds)
            lane["ended"] += 1

    def called(self, name: str, model: str, call: Call) -> None:
        """A model of this lane answered, or failed: what it took counts only if it went well."""
        with self._lock:
            known = self._lanes[name].setdefault("models", {})
            found = known.setdefault(model, {"calls": 0, "seconds": None, "first": None, "errors": 0.0})
            found["calls"] += 1
            found["errors"] = averaged(found["errors"], float(not call.well))
            if call.well:
                found["seconds"] = averaged(found["seconds"], call.seconds)
            if call.first is not None:
                found["first"] = averaged(found["first"], call.first)

    def read(self) -> dict[str, Any]:
        """`{lane: {slots, seconds, ended, models: {name: {calls, seconds, first, errors}}}}`."""
        with self._lock:
            return {
                name: lane | {"models": {model: dict(found) for model, found in lane.get("models", {}).items()}}
                for name, lane in self._lanes.items()
            }


def averaged(old: float | None, new: float) -> float:
    """The moving average, with one more."""
    return new if old is None else round(old + NEWEST * (new - old), 6)
