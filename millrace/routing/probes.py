"""Who may try a model that was out: one job at a time, over all processes, while the others go to its fallback.

Redis's loss: each process lets one of its own jobs try.
"""

import threading
import time

from millrace import redis as millrace_redis

#: Seconds after which another job may try, if nothing was heard of the last one.
TURN = 5.0

_lock = threading.Lock()
_taken: dict[str, float] = {}


def take(lane: str, model: str) -> bool:
    """True for the one who tries now."""
    name = f"probe:{lane}:{model}"
    try:
        return bool(millrace_redis.client().set(name, b"1", nx=True, px=int(TURN * 1000)))
    except millrace_redis.Gone:
        return _take_here(name)


def _take_here(name: str) -> bool:
    with _lock:
        now = time.monotonic()
        if _taken.get(name, 0.0) > now:
            return False
        _taken[name] = now + TURN
        return True
