"""Starting and stopping a worker: its process of the domain lives exactly as long as it may run jobs."""

import multiprocessing
import os
import sys
import threading
from typing import Any

from celery import signals

from millrace import broker, db, telemetry
from millrace.catalog import live
from millrace.jobs.process import HAND_BACK
from millrace.settings import settings
from tasks import deliver, dispatch
from workers import health, lanes, pools
from workers.app import app
from workers.pools import Pool

log = telemetry.logger(__name__)


def main(arguments: list[str]) -> None:
    """Run the pool named on the command line, or Flower."""
    telemetry.configure()
    db.act_as("worker")
    live.follow()
    name = arguments[0] if arguments else ""
    if name == "flower":
        # Imported only where it is wanted: it brings much.
        from workers.flower import main as flower

        flower()
        return
    found = pools.pool(name)
    if found is None:
        if name in ("remote", "local"):
            log.info("nothing to do: no lane of the catalog belongs to this pool", pool=name)
            return
        pools.refuse(name)
    else:
        _prepare(found)
        app.worker_main(pools.arguments(found))


def _prepare(found: Pool) -> None:
    # Under eventlet the greenlet of the remote control ends in a traceback when Redis goes. Events go on.
    app.conf.worker_enable_remote_control = found.kind != "eventlet"
    app.conf.task_queues = [broker.queue(name) for name in found.queues]
    dispatch.lanes = {lane.name: lane for lane in found.lanes}
    if found.name == pools.BATCHES:
        # Reading files keeps nobody waiting who asks for one answer.
        os.nice(10)
    if found.name in (pools.SWEEP, pools.BATCHES):
        return
    if found.name == pools.WEBHOOKS:
        _deliver_here()
    elif found.kind == "prefork":
        _live_in_children(found)
    else:
        _live_here(found)
    health.watch(found)


def _live_here(found: Pool) -> None:
    """One process, many slots: it is told to stop, drains, and gives its lease back."""

    def begin(**_: Any) -> None:
        process = dispatch.start_process([lane.name for lane in found.lanes])
        lanes.watch(found.name, process)

        def until_told() -> None:
            process.stopping.wait()
            process.drain(_grace())

        threading.Thread(target=until_told, name="until_told", daemon=True).start()

    def told_to_stop(**_: Any) -> None:
        """Comes from a signal handler, which under eventlet must not wait for anything, not for a thread to start."""
        process = dispatch.process()
        if process is not None:
            process.stopping.set()

    def end(**_: Any) -> None:
        process = dispatch.process()
        if process is not None:
            process.drained.wait(settings().grace_seconds)
            process.close()

    signals.worker_init.connect(begin, weak=False)
    signals.worker_shutting_down.connect(told_to_stop, weak=False)
    signals.worker_shutdown.connect(end, weak=False)


def _deliver_here() -> None:
    """One process, many slots, and no lease of its own: each delivery has one."""
    sender = deliver.deliverer
    signals.worker_shutting_down.connect(lambda **_: sender.stopping.set(), weak=False)
    signals.worker_shutdown.connect(lambda **_: sender.drain(_grace()), weak=False)


def _grace() -> float:
    """Seconds that runs may take to finish: what is left of the grace period is for handing back and leaving."""
    return max(0.0, settings().grace_seconds - HAND_BACK - 1.5)


def _live_in_children(found: Pool) -> None:
    """A process a slot. Celery tells only the parent to stop; the children hear it from this event."""
    stop = multiprocessing.get_context("fork").Event()
    parent = os.getpid()

    def begin(**_: Any) -> None:
        process = dispatch.start_process([lane.name for lane in found.lanes])

        def until_told() -> None:
            while not stop.wait(0.5) and os.getppid() == parent:
                pass
            process.drain(_grace())
            process.close()
            if os.getppid() != parent:
                # Our parent was killed: nobody would ever feed or stop us.
                os._exit(1)

        threading.Thread(target=until_told, name="until_told", daemon=True).start()

    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_shutting_down.connect(lambda **_: stop.set(), weak=False)


if __name__ == "__main__":
    main(sys.argv[1:])
