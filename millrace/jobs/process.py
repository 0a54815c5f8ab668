"""A process that runs jobs: its lease, the runs it holds, and the three things that can stop a run from outside."""

import socket
import threading
import time
from collections.abc import Iterable
from typing import Any

from millrace import broker, ids
from millrace.errors import DatabaseUnavailable
from millrace.jobs import lease
from millrace.jobs.gauge import Gauge
from millrace.jobs.requeue import Requeue, requeue_all
from millrace.jobs.run import Run
from millrace.pubsub import hub
from millrace.settings import settings
from millrace.streams import channels, checkpoints
from millrace.streams.checkpoints import Checkpoint
from millrace.telemetry import logger

log = logger(__name__)


#: Seconds in which a run that was stopped gets its job handed back.
HAND_BACK = 2.0


class Process:
    """Holds the lease and watches over the runs. `start()` once, after any fork; `stop()` at the end."""

    def __init__(self, lanes: list[str]) -> None:
        self.id = ids.new()
        self.lanes = lanes
        self.gauge = Gauge()
        self.shown = broker.TaskEvents(f"{lanes[0] if lanes else 'idle'}@{socket.gethostname()}")
        self.runs: dict[str, Run] = {}
        self.stopping = threading.Event()
        self.drained = threading.Event()
        self._over = threading.Event()
        #: Counts claims under way: what is claimed but not yet in `runs` must not be taken for forgotten.
        self.claiming = 0
        self._renewed = time.monotonic()
        self._unknown: set[str] = set()
        self._told: dict[str, Any] = {}

    def start(self) -> "Process":
        while not self._opened():
            self.stopping.wait(1.0)
        for watch in (self._keep_lease, self._keep_checkpoints):
            threading.Thread(target=watch, name=watch.__name__.strip("_"), daemon=True).start()
        hub.watch(channels.CANCEL, hear=self._hear_cancel)
        return self

    def _opened(self) -> bool:
        try:
            lease.open(self.id, "worker", self.lanes)
        except DatabaseUnavailable:
            log.warning("the database is away; this worker begins when it is back")
            return False
        self._renewed = time.monotonic()
        return True

    def gone(self) -> bool:
        """True when we could not renew for so long that the sweep may have given our jobs away."""
        return time.monotonic() - self._renewed > settings().lease_seconds

    def drain(self, seconds: float) -> None:
        """Claim nothing more; give the runs so many seconds to finish, then hand the rest back. Sets `drained`."""
        self.stopping.set()
        self._wait_for_runs(seconds)
        self._stop_all("hand_back")
        self._wait_for_runs(HAND_BACK)
        self.drained.set()

    def close(self) -> None:
        """Leave in good order: what is still ours goes back, and the lease ends."""
        self.stopping.set()
        self._over.set()
        try:
            self._hand_back(held.id for held in lease.held(self.id))
            lease.close(self.id)
        except DatabaseUnavailable:
            log.warning("the lease could not be given back; the sweep takes it when it has run out")

    def _wait_for_runs(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        # A claim under way counts: what it brings must not find us gone.
        while (self.runs or self.claiming) and time.monotonic() < deadline:
            pause.wait(0.05)

    def _stop_all(self, reason: str) -> None:
        for run in list(self.runs.values()):
            run.stop(reason)

    def _keep_lease(self) -> None:
        while not self._over.wait(settings().renew_seconds):
            try:
                self._renew()
            except DatabaseUnavailable:
                self._not_renewed()
            except Exception:
                log.exception("renewing the lease failed")
                self._not_renewed()

    def _renew(self) -> None:
        before = time.monotonic()
        if not lease.renew(self.id, self.gauge.read()):
            log.warning("declared dead by the sweep; starting anew")
            self._stop_all("lost")
            lease.open(self.id, "worker", self.lanes)
        self._renewed = before
        self._reconcile()

    def _not_renewed(self) -> None:
        if time.monotonic() - self._renewed > settings().lease_seconds * 2 / 3 and self.runs:
            log.error("the lease could not be renewed; its jobs are handed back", jobs=len(self.runs))
            self._stop_all("hand_back")

    def _reconcile(self) -> None:
        """Compare what we run with what the database says: stop the cancelled and the lost, hand back the unknown."""
        was = dict(self.runs)
        held = {each.id: each for each in lease.held(self.id)}
        for id, run in was.items():
            if id in held and held[id].lease == run.job.lease:
                if held[id].cancel_requested:
                    run.stop("cancel")
            elif id not in held and self.runs.get(id) is run and not run.finished and not run.ending:
                run.stop("lost")
        unknown = set(held) - set(was) if not self.claiming else set()
        # Twice in a row: once may be a claim that was on its way, or a settlement.
        self._hand_back(unknown & self._unknown)
        self._unknown = unknown

    def _hand_back(self, jobs: Iterable[str]) -> None:
        wanted = set(jobs)
        mine = [held for held in lease.held(self.id) if held.id in wanted and held.id not in self.runs]
        if mine:
            log.warning("jobs claimed and never begun are handed back", jobs=len(mine))
            requeue_all([Requeue(each.id, each.lease, "handed_back") for each in mine])

    def _keep_checkpoints(self) -> None:
        written: dict[str, int] = {}
        while not self._over.wait(checkpoints.EVERY):
            try:
                written = self._checkpoint(written)
                self._tell()
            except DatabaseUnavailable:
                continue
            except Exception:
                log.exception("checkpoints failed")

    def _tell(self) -> None:
        measured = self.gauge.read()
        if measured != self._told:
            lease.tell(self.id, measured)
            self._told = measured

    def _checkpoint(self, written: dict[str, int]) -> dict[str, int]:
        """Write the texts that have grown; a run that may not write has lost its job."""
        grown = {
            run.job.id: (run, run.writer.reached)
            for run in list(self.runs.values())
            if run.writer.texts and not run.ending and run.writer.reached > written.get(run.job.id, 0)
        }
        rows = [Checkpoint(id, run.job.lease, reached, run.writer.texts.dump()) for id, (run, reached) in grown.items()]
        kept = checkpoints.write(rows) if rows else set()
        for id, (run, _) in grown.items():
            if id not in kept and not run.ending:
                run.stop("lost")
        return {id: at for id, at in written.items() if id in self.runs} | {id: grown[id][1] for id in kept}

    def _hear_cancel(self, message: bytes) -> None:
        run = self.runs.get(message.decode(errors="replace"))
        if run is not None:
            threading.Thread(target=run.stop, args=("cancel",), daemon=True).start()
