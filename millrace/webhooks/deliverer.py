"""The lane's dispatcher in one process: claims what is due for its free slots, sends it, and lingers on the bell.

It lives inside a Celery task, as those of the models' lanes do (millrace/jobs/dispatcher.py).
"""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from millrace import awake, broker
from millrace.engines.engine import Line
from millrace.errors import DatabaseUnavailable
from millrace.telemetry import logger
from millrace.webhooks import deliveries, events
from millrace.webhooks.deliveries import Claimed, Try

log = logger(__name__)

#: Deliveries that one process sends at a time, and that it claims at a time.
SLOTS, BLOCK = 256, 128

#: Seconds between two claims while there is work, so that slots that come free together are filled together; and how
#: many times as long as a claim takes, so that claims never take more than a part of the database.
GATHER, REST = 0.02, 3.0


class Deliverer:
    """One a process; `deliver()` returns at once if it is at work already."""

    def __init__(self) -> None:
        #: Set when the process is to end: nothing more is claimed.
        self.stopping = threading.Event()
        self._at_work = threading.Lock()
        self._stirred = threading.Event()
        #: Of what is being sent, by delivery and attempt: one that is replayed meanwhile is sent twice.
        self._lines: dict[tuple[str, int], Line] = {}
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix=broker.WEBHOOKS_QUEUE)

    @property
    def at_work(self) -> bool:
        return self._at_work.locked()

    def deliver(self) -> None:
        """Until nothing is due, the time slice is up or the process is told to stop."""
        if not self._at_work.acquire(blocking=False):
            return
        try:
            awake.over(broker.WEBHOOKS_QUEUE, lambda _: self._stirred.set(), self._work, self._look_again)
        finally:
            self._at_work.release()

    def drain(self, seconds: float) -> None:
        """Claim nothing more; give tries under way so many seconds, then hand the rest back."""
        self.stopping.set()
        self._wait(seconds)
        for line in list(self._lines.values()):
            line.cut()
        self._wait(1.0)

    def _wait(self, seconds: float) -> None:
        deadline, pause = time.monotonic() + seconds, threading.Event()
        while self._lines and time.monotonic() < deadline:
            pause.wait(0.05)

    def _look_again(self) -> bool:
        """True when work came in just as we stopped listening."""
        return self._claim() > 0

    def _work(self, end: float) -> None:
        idle_since = time.monotonic()
        while not self.stopping.is_set() and time.monotonic() < end:
            self._stirred.clear()
            begun = time.monotonic()
            if self._claim() or self._lines:
                idle_since = begun
            took = time.monotonic() - begun
            if time.monotonic() > idle_since + awake.LINGER:
                return
            self.stopping.wait(max(GATHER, REST * took))
            self._stirred.wait(1.0)

    def _claim(self) -> int:
        """Claim for the free slots, and start sending; how many."""
        most = min(SLOTS - len(self._lines), BLOCK)
        if most <= 0 or self.stopping.is_set():
            return 0
        with self._lock:
            busy = dict(self._busy)
        try:
            claimed = deliveries.claim(most, busy)
        except DatabaseUnavailable:
            self.stopping.wait(1.0)
            return 0
        for each in claimed:
            self._begin(each)
        if len(claimed) == most:
            # There may be more, and room for it.
            self._stirred.set()
        return len(claimed)

    def _begin(self, delivery: Claimed) -> None:
        line = self._lines[delivery.id, delivery.attempt] = Line()
        with self._lock:
            self._busy[delivery.target] += 1
        self._pool.submit(self._send, delivery, line)

    def _send(self, delivery: Claimed, line: Line) -> None:
        try:
            self._tell(delivery, line)
        except Exception:
            # Its lease brings it back; the others must not wait for it.
            log.exception("a webhook could not be sent", event_id=events.shown(delivery.event))
        finally:
            self._end(delivery)

    def _tell(self, delivery: Claimed, line: Line) -> None:
        tried = deliveries.attempt(delivery, line)
        if line.cut_off:
            deliveries.hand_back(delivery)
            return
        if tried.state != "delivered":
            # Not the receiver's words: its tenant reads them in the log of deliveries.
            id = events.shown(delivery.event)
            log.info("not delivered", event_id=id, attempt=tried.attempt, status=tried.status, state=tried.state)
        self._record(tried)

    def _record(self, tried: Try) -> None:
        """However long the database is away, but not longer than the delivery is ours."""
        until = time.monotonic() + deliveries.LEASE - tried.seconds
        while True:
            try:
                deliveries.record(tried)
                return
            except DatabaseUnavailable:
                if time.monotonic() > until:
                    return
                self.stopping.wait(1.0)

    def _end(self, delivery: Claimed) -> None:
        with self._lock:
            self._busy[delivery.target] -= 1
            self._busy += Counter()
        del self._lines[delivery.id, delivery.attempt]
        self._stirred.set()
