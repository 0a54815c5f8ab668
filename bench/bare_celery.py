"""Bare Celery on the same Redis: a no-op task, sent and run. It keeps no results, and nothing survives but the queue.

`python -m bench.bare_celery COUNT` is the producer. Tasks are counted in memory that is shared through a file, which
costs Celery nothing.
"""

import mmap
import os
import resource
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter

from celery import Celery

from bench.measure import cpu_seconds
from bench.place import Place
from tests.machine import wait_for

#: How the worker is started: the pool that we use ourselves, and Celery's own.
POOLS = {"eventlet": ("-P", "eventlet", "-c", "1"), "prefork": ("-P", "prefork", "-c", "2")}

app = Celery("bare", broker=os.environ.get("BARE_BROKER", "memory://"))
app.conf.update(task_ignore_result=True, task_default_queue="bare")


@lru_cache
def _counter(pid: int) -> mmap.mmap:
    path = Path(os.environ["BARE_COUNTS"]) / str(pid)
    path.write_bytes(bytes(8))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 8)


@app.task(name="noop")
def noop() -> None:
    """Nothing, but counted."""
    counter = _counter(os.getpid())
    counter[:] = struct.pack("q", struct.unpack("q", counter[:])[0] + 1)


def produce(count: int) -> None:
    """Told so by a line on stdin, send this many; answer the CPU seconds it took."""
    noop.delay()
    print("ready", flush=True)
    sys.stdin.readline()
    before = _own_cpu()
    for _ in range(count):
        noop.delay()
    print(_own_cpu() - before, flush=True)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Measured:
    """Tasks a second from the first send to the last run, and CPU milliseconds a task (producer, worker, Redis)."""

    per_second: float
    cpu_ms: float


def measure(place: Place, pool: str, count: int) -> Measured:
    """Send and run this many on the Redis of this place."""
    # A directory of its own each time: what an earlier round counted must not count again.
    counts = Path(tempfile.mkdtemp(prefix=f"bare-{pool}-", dir=place.platform.home))
    with _processes(place, pool, counts, count) as (worker, producer):
        wait_for(lambda: _counted(counts) == 1, 60, "the bare worker")
        pids = [worker.pid, place.pids["redis"]]
        before, begun = cpu_seconds(pids), perf_counter()
        own = producer.communicate("go\n")[0]
        wait_for(lambda: _counted(counts) == count + 1, 120, "bare tasks")
        seconds = perf_counter() - begun
        return Measured(count / seconds, (cpu_seconds(pids) - before + float(own)) * 1000 / count)


def _counted(counts: Path) -> int:
    return sum(struct.unpack("q", path.read_bytes())[0] for path in counts.iterdir() if path.stat().st_size == 8)


@contextmanager
def _processes(
    place: Place, pool: str, counts: Path, count: int
) -> Iterator[tuple[subprocess.Popen[bytes], subprocess.Popen[str]]]:
    broker = place.platform.redis_url.replace("unix://", "redis+socket://", 1)
    env = place.platform.env() | {"BARE_BROKER": broker, "BARE_COUNTS": str(counts)}
    celery = ("-m", "celery", "-A", "bench.bare_celery", "worker", "--loglevel=ERROR", "--without-gossip")
    with (place.platform.home / "bare.log").open("ab") as log:
        worker = place.platform.spawn(*celery, "--without-mingle", *POOLS[pool], env=env, stdout=log, stderr=log)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    producer = place.platform.spawn("-m", "bench.bare_celery", str(count), env=env, **pipes)
    try:
        assert producer.stdout is not None and producer.stdout.readline() == "ready\n"  # type: ignore[comparison-overlap]
        yield worker, producer  # type: ignore[misc]
    finally:
        for process in (producer, worker):
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    produce(int(sys.argv[1]))
