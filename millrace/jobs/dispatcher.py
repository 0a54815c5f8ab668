"""The dispatcher of one lane in one process: claims for the free slots, starts each job, and lingers on the bell.

It lives inside a Celery task, so that Celery decides where and how much runs; what is next, Postgres decides.
"""

import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from millrace import awake
from millrace.catalog.catalog import Lane
from millrace.errors import DatabaseUnavailable
from millrace.jobs import bell
from millrace.jobs.claim import MOST, Claimed, claim
from millrace.jobs.classes import Class
from millrace.jobs.gauge import Call
from millrace.jobs.process import Process
from millrace.jobs.run import Run
from millrace.jobs.slots import Free, Slots
from millrace.streams import log
from millrace.streams.writer import started

#: Seconds between two claims that bring corrections.
CORRECTIONS = 0.5


class Dispatcher:
    """One per lane, reused by every task; `dispatch()` returns at once if it is at work already."""

    def __init__(self, process: Process, lane: Lane) -> None:
        self.process = process
        self.lane = lane
        self.slots = Slots(lane)
        self._at_work = threading.Lock()
        self._stirred = threading.Event()
        #: Whether there may be due work that we have not claimed: of any class, and interactive.
        self._owed_any = self._owed_interactive = True
        self._corrections: dict[str, float] = defaultdict(float)
        self._corrected = 0.0
        self._lock = threading.Lock()
        # As many again whose end is being written.
        self._pool = ThreadPoolExecutor(2 * lane.slots, thread_name_prefix=lane.name)
        process.gauge.lane(lane.name, lane.slots)

    def dispatch(self) -> None:
        """Run until the lane is empty, the time slice is up or the process is told to stop."""
        if not self._at_work.acquire(blocking=False):
            return
        try:
            bell.answered(self.lane.name)
            awake.over(self.lane.name, self._rung, self._work, self._look_again)
            if self.process.stopping.is_set():
                # Celery takes a task that returned for work that is done: not before our jobs are.
                self.process.drained.wait()
            elif self._owed_any:
                bell.wake(self.lane.name)
        finally:
            self._at_work.release()

    def _look_again(self) -> bool:
        """True when work came in just as we stopped listening."""
        self._rung()
        return not self.process.stopping.is_set() and self._claim() > 0

    def _rung(self, _message: bytes = b"") -> None:
        self._owed_any = self._owed_interactive = True
        self._stirred.set()

    def _work(self, end: float) -> None:
        self._rung()
        idle_since = time.monotonic()
        while not self.process.stopping.is_set() and time.monotonic() < end:
            self._stirred.clear()
            if self._claim() or self.slots.busy:
                idle_since = time.monotonic()
            left = idle_since + awake.LINGER - time.monotonic()
            if left <= 0:
                return
            free = self.slots.free
            if self._may_claim(free):
                continue
            if self._owed_any and not free.any:
                bell.wake(self.lane.name)
            self._stirred.wait(min(left, 1.0))

    def _may_claim(self, free: Free) -> bool:
        return bool((self._owed_any and free.any) or (self._owed_interactive and free.kept))

    def _claim(self) -> int:
        """Claim for the free slots, if there may be something; how many were started."""
        free = self.slots.free
        if not self._may_claim(free):
            return 0
        any, kept = min(free.any, MOST), min(free.kept, MOST)
        # Before the claim looks: a ring that comes meanwhile must not be forgotten.
        self._owed_any = self._owed_any and not any
        self._owed_interactive = False
        jobs = self._claim_now(any, kept)
        self._owed_any = self._owed_any or len(jobs) >= any
        self._owed_interactive = self._owed_interactive or len(jobs) >= any + kept
        # Of batch work that logs nothing the end alone is told: whoever watches it reads its beginning then.
        told = [job for job in jobs if job.stream or job.of_class != Class.batch]
        log.append_all([log.Entry(job.id, [started(job.attempt, job.model)], kept=job.stream) for job in told])
        for job in jobs:
            if job.of_class != Class.batch:
                self.process.shown.started(job.id, f"{job.model} {job.endpoint}", f"{{'tenant': '{job.tenant}'}}")
            self.slots.take(job.of_class == Class.interactive)
            self._pool.submit(self._run, self.process.runs[job.id])
        return len(jobs)

    def _claim_now(self, any: int, kept: int) -> list[Claimed]:
        corrections = self._take_corrections()
        self.process.claiming += 1
        try:
            # Looked at once more, now that draining waits for us.
            if self.process.stopping.is_set():
                return []
            jobs = claim(self.lane.name, self.process.id, any, kept, corrections)
            # Known before the claim is over, so that reconciling does not take them for forgotten.
            gone, slowed = self.process.gone, self.slots.pace.slowed
            self.process.runs |= {job.id: Run(job, self.lane.name, gone, slowed, self._freed) for job in jobs}
            return jobs
        except DatabaseUnavailable:
            self._rung()
            self.process.stopping.wait(1.0)
            return []
        finally:
            self.process.claiming -= 1

    def _take_corrections(self) -> dict[str, float]:
        """What jobs cost beyond what was expected, at most every half second: a claim without is cheaper."""
        if time.monotonic() < self._corrected + CORRECTIONS:
            return {}
        self._corrected = time.monotonic()
        with self._lock:
            taken, self._corrections = self._corrections, defaultdict(float)
        return taken

    def _run(self, run: Run) -> None:
        try:
            self.slots.enter(run.job.of_class == Class.interactive)
            run.begun = time.monotonic()
            run()
        finally:
            self._ended(run)

    def _freed(self, run: Run) -> None:
        """Its slot is free: the backend waits for nobody's commit."""
        self.process.gauge.ended(self.lane.name, run.seconds)
        with self._lock:
            self._corrections[run.job.tenant] += run.seconds - run.job.cost
        self.slots.give_back(run.job.of_class == Class.interactive, run.seconds)
        if self._owed_any or self._owed_interactive or not self.slots.busy:
            self._stirred.set()

    def _ended(self, run: Run) -> None:
        self._measure(run)
        if self.process.runs.get(run.job.id) is run:
            del self.process.runs[run.job.id]
        if run.job.of_class != Class.batch:
            self.process.shown.ended(run.job.id, run.outcome, run.seconds)

    def _measure(self, run: Run) -> None:
        """What it says of its model, if its backend answered or failed."""
        if run.went_well is None:
            return
        if run.went_well:
            self.slots.pace.went_well()
        self.process.gauge.called(self.lane.name, run.job.model, Call(run.seconds, run.first, run.went_well))
