"""`tasks.dispatch(lane)`: a ring has reached a worker of that lane."""

from millrace import broker
from millrace.catalog.catalog import Lane
from millrace.jobs.dispatcher import Dispatcher
from millrace.jobs.process import Process
from millrace.telemetry import logger

log = logger(__name__)

#: The lanes of this worker, with the slots that one process has.
lanes: dict[str, Lane] = {}

_process: Process | None = None
_dispatchers: dict[str, Dispatcher] = {}


def start_process(names: list[str]) -> Process:
    """This process runs jobs from now on. Called once, after any fork."""
    global _process
    _dispatchers.clear()
    _process = Process(names).start()
    return _process


def process() -> Process | None:
    """The process that `start_process` made here, if it did."""
    return _process


@broker.app().task(name=broker.DISPATCH, ignore_result=True)
def dispatch(lane: str) -> None:
    """Dispatch until the lane is empty. A lane that the catalog no longer has is left alone."""
    dispatch_now(lane)


def dispatch_now(lane: str) -> None:
    """The same, for whoever needs no message."""
    found = lanes.get(lane)
    if found is None or _process is None:
        log.warning("nothing here serves this lane", lane=lane)
        return
    if lane not in _dispatchers:
        _dispatchers[lane] = Dispatcher(_process, found)
    _dispatchers[lane].dispatch()
