"""Staying awake over a lane: whoever works there listens to its bell, and misses no ring when they stop."""

import time
from collections.abc import Callable

from millrace.pubsub import hub
from millrace.streams import channels

#: Seconds that somebody stays awake over an empty lane, and for which one task works at the most.
LINGER, SLICE = 2.0, 300.0


def over(lane: str, hear: Callable[[bytes], None], work: Callable[[float], None], look: Callable[[], bool]) -> None:
    """`work(until)`, a monotonic time, while `hear` gets the rings; again, as long as `look` finds work afterwards.

    The order matters: stop listening first, then look once more. A ring that finds nobody listening goes to Celery;
    one that was still heard is found by that look.
    """
    until = time.monotonic() + SLICE
    found = True
    while found and time.monotonic() < until:
        with hub.watch(channels.bell(lane), hear=hear) as watch:
            watch.confirmed.wait(1.0)
            work(until)
        found = look()
