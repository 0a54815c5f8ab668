"""Telling readers of a job that there is news in Postgres, without saying what: for ends that hardly anybody watches.

Thousands of lines of batches end in a second, each in a commit of its own group; what is published of them goes out a
few times a second, together. A reader who misses it looks by itself after a silence.
"""

import threading
from contextlib import suppress

from millrace import redis as millrace_redis
from millrace.pubsub import LOOK_AGAIN
from millrace.streams import channels

#: Seconds in which nudges are gathered.
GATHER = 0.1

_waiting: list[str] = []
_lock = threading.Lock()


def nudge(job: str) -> None:
    """Whoever reads this job looks again, a little later. Returns at once; never raises."""
    with _lock:
        _waiting.append(job)
        first = len(_waiting) == 1
    if first:
        timer = threading.Timer(GATHER, _tell)
        timer.daemon = True
        timer.start()


def _tell() -> None:
    with _lock:
        jobs, _waiting[:] = list(_waiting), []
    with suppress(*millrace_redis.Gone), millrace_redis.client().pipeline(transaction=False) as pipe:
        for job in jobs:
            pipe.publish(channels.events(job), LOOK_AGAIN)
        pipe.execute(raise_on_error=False)
