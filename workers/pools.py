"""Pools: which process serves which lanes, and how its slots run.

A pool is one line in the Procfile, one service in docker-compose, one Deployment in Kubernetes. The catalog gives each
lane its pool by name: `remote` waits for sockets, and so has hundreds of slots in one process; every other pool is for
GPUs and local models, and has a process a slot. `sweep`, `webhooks` and `batches` serve no model.
"""

import sys
from dataclasses import dataclass

from millrace import broker
from millrace.catalog.catalog import Lane, catalog
from millrace.settings import settings

REMOTE = "remote"
SWEEP = "sweep"
WEBHOOKS = "webhooks"
BATCHES = "batches"

#: Batches whose steps go on side by side: none waits for the 50,000 lines of another.
STEPS = 4


@dataclass(frozen=True, slots=True)
class Pool:
    """One worker process: the queues it consumes, and how many tasks (dispatchers) it runs at a time."""

    name: str
    kind: str
    queues: tuple[str, ...]
    concurrency: int
    lanes: tuple[Lane, ...] = ()


def pool(name: str) -> Pool | None:
    """The pool of that name, or None when no lane of the catalog belongs to it."""
    if name == SWEEP:
        return Pool(SWEEP, "solo", (broker.SWEEP_QUEUE,), 1)
    if name == WEBHOOKS:
        return Pool(WEBHOOKS, green(), (broker.WEBHOOKS_QUEUE,), 1)
    if name == BATCHES:
        return Pool(BATCHES, "threads", (broker.BATCHES_QUEUE,), STEPS)
    lanes = tuple(catalog().lanes_of(name))
    if not lanes:
        return None
    queues = tuple(lane.name for lane in lanes)
    if name == REMOTE:
        return Pool(name, green(), queues, len(lanes), lanes)
    # A slot is a process here, so each process's dispatcher has one; children share the lane's queue.
    single = tuple(lane.model_copy(update={"slots": 1, "kept": 0}) for lane in lanes)
    return Pool(name, "prefork", queues, sum(lane.slots for lane in lanes), single)


def green() -> str:
    """Celery's name for the pool of waiting slots."""
    return "eventlet" if settings().async_mode == "eventlet" else "threads"


def arguments(found: Pool) -> list[str]:
    """Celery's command line for a pool. Gossip and mingle are off: after a reconnect they hang (celery#8030)."""
    return [
        "worker",
        f"--pool={found.kind}",
        f"--concurrency={found.concurrency}",
        f"--queues={','.join(found.queues)}",
        f"--hostname={found.name}-{_unique()}@%h",
        "--without-gossip",
        "--without-mingle",
        "--disable-prefetch",
        "--loglevel=WARNING",
    ]


def _unique() -> str:
    import os

    return str(os.getpid())


def names() -> list[str]:
    """Every pool that the catalog speaks of, the sweep's, the webhooks' and the batches'."""
    return sorted({lane.pool for lane in catalog().lanes.values()} | {SWEEP, WEBHOOKS, BATCHES})


def refuse(name: str) -> None:
    sys.exit(f"No lane of the catalog belongs to the pool {name!r}. Pools: {', '.join(names())}")
