"""Lanes that are made while a worker runs: a thread each, which listens to the lane's bell and dispatches.

Celery hears of them at the worker's next start; until then their messages expire unread, which harms nobody.
"""

import threading

from millrace import telemetry
from millrace.catalog.catalog import Lane, catalog
from millrace.errors import DatabaseUnavailable
from millrace.jobs import lease
from millrace.jobs.process import Process
from millrace.pubsub import hub
from millrace.streams import channels
from tasks import dispatch

log = telemetry.logger(__name__)

#: Seconds between two looks at the catalog; and at a lane whose bell nobody rings.
EVERY, LOOK = 1.0, 5.0


def watch(pool: str, process: Process) -> None:
    """Take what lanes that pool gets from now on."""
    threading.Thread(target=_watch, args=(pool, process), name="lanes", daemon=True).start()


def _watch(pool: str, process: Process) -> None:
    while not process.stopping.wait(EVERY):
        try:
            for lane in catalog().lanes_of(pool):
                if lane.name not in dispatch.lanes:
                    _take(lane, process)
        except DatabaseUnavailable:
            continue
        except Exception:
            log.exception("looking for new lanes failed")


def _take(lane: Lane, process: Process) -> None:
    log.info("a new lane", lane=lane.name, slots=lane.slots)
    lease.serve(process.id, lane.name)
    process.lanes.append(lane.name)
    dispatch.lanes[lane.name] = lane
    threading.Thread(target=_serve, args=(lane.name, process), name=lane.name, daemon=True).start()


def _serve(lane: str, process: Process) -> None:
    rung = threading.Event()
    with hub.watch(channels.bell(lane), hear=lambda _: rung.set()):
        while not process.stopping.is_set():
            rung.wait(LOOK)
            rung.clear()
            try:
                dispatch.dispatch_now(lane)
            except Exception:
                log.exception("dispatching failed", lane=lane)
