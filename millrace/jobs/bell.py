"""The doorbell: after a commit, off the request's path. The sweep makes a lost ring good; a doubled one is nothing.

A ring is published to the dispatchers that are awake; where none listens, one message goes to the lane's Celery queue.
"""

import threading

from millrace import broker
from millrace import redis as millrace_redis
from millrace.streams import channels
from millrace.telemetry import logger

log = logger(__name__)

#: Milliseconds in which a lane's queue gets one message at the most.
WAKE_EVERY = 1000


class Ringer:
    """A thread that rings for those who must not wait for Redis. Rings of one lane that fall together are one."""

    def __init__(self) -> None:
        self._lanes: set[str] = set()
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self, lane: str) -> None:
        self._lanes.add(lane)
        self._some.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="ringer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            while self._lanes:
                _ring_now(self._lanes.pop())


def _ring_now(lane: str) -> None:
    try:
        if not millrace_redis.client().publish(channels.bell(lane), b"1"):
            wake(lane)
    except millrace_redis.Gone:
        log.debug("not rung: Redis is away; the sweep makes it good", lane=lane)


def wake(lane: str) -> None:
    """Send a message to the lane's queue, unless one was sent just now. Redis's loss: nothing is sent."""
    try:
        if millrace_redis.client().set(channels.rung(lane), b"1", nx=True, px=WAKE_EVERY):
            broker.wake(lane)
    except (*millrace_redis.Gone, broker.Gone) as failure:
        log.debug("not woken: the broker is away; the sweep makes it good", lane=lane, error=str(failure))


def answered(lane: str) -> None:
    """The message that woke us has arrived: the next one may be sent. Redis's loss: it may be in a second."""
    try:
        millrace_redis.client().delete(channels.rung(lane))
    except millrace_redis.Gone:
        return


def ring_all(lane: str) -> None:
    """Ring for those who are awake, and wake one who sleeps: what the sweep does for work that waits."""
    try:
        millrace_redis.client().publish(channels.bell(lane), b"1")
    except millrace_redis.Gone:
        return
    wake(lane)


ring = Ringer().ring
