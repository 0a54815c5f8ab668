"""When a model counts as out though it can be reached: failures in a row, or too many among the last calls.

Each process counts what it sees; the row of failures is counted in Redis for all of them, whose loss leaves each with
its own. What opens is a pause (millrace/jobs/outages.py), which everybody sees. While nothing fails nothing is counted.
"""

import threading
from collections import deque
from dataclasses import dataclass, field

from millrace import redis as millrace_redis

#: Failures in a row that open it; or this part of so many last calls.
IN_A_ROW = 5
LAST, TOO_MANY = 20, 0.5

#: Seconds after which Redis forgets a row of failures that nobody went on with.
FORGOTTEN = 60


@dataclass(slots=True)
class _Seen:
    row: int = 0
    last: deque[bool] = field(default_factory=lambda: deque(maxlen=LAST))


class Breaker:
    """What this process saw of each `engine/model`."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()

    def failed(self, name: str) -> str | None:
        """A call broke off. Why the breaker opens now, or None while it does not."""
        shared = _count(name)
        with self._lock:
            seen = self._seen.setdefault(name, _Seen())
            seen.row += 1
            seen.last.append(False)
            why = _why(max(seen.row, shared), seen.last)
        if why is not None:
            self.forget(name)
        return why

    def succeeded(self, name: str) -> None:
        """A call went well; of interest only where some did not lately."""
        seen = self._seen.get(name)
        if seen is None:
            return
        with self._lock:
            had, seen.row = seen.row, 0
            seen.last.append(True)
            if all(seen.last) and len(seen.last) == LAST:
                self._seen.pop(name, None)
        if had:
            _forget(name)

    def forget(self, name: str) -> None:
        """It has opened: the next row begins anew."""
        with self._lock:
            self._seen.pop(name, None)
        _forget(name)


def _why(row: int, last: deque[bool]) -> str | None:
    if row >= IN_A_ROW:
        return f"{row} failures in a row"
    failures = sum(not well for well in last)
    if len(last) == LAST and failures >= TOO_MANY * LAST:
        return f"{failures} of the last {LAST} calls failed"
    return None


def _count(name: str) -> int:
    try:
        with millrace_redis.client().pipeline(transaction=False) as pipe:
            pipe.incr(f"breaker:{name}")
            pipe.expire(f"breaker:{name}", FORGOTTEN)
            return int(pipe.execute()[0])
    except millrace_redis.Gone:
        return 0


def _forget(name: str) -> None:
    try:
        millrace_redis.client().delete(f"breaker:{name}")
    except millrace_redis.Gone:
        return


breaker = Breaker()
