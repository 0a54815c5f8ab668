"""Durable submit-run-settle through the API at 32 connections, beside bare Celery tasks on the same Redis.

A job here is accepted durably, claimed in fair order, run against an HTTP upstream, and settled with a ledger entry; a
Celery task does nothing and is remembered by nobody.
"""

from dataclasses import dataclass
from time import perf_counter

from bench import bare_celery, calls, client, loop
from bench.measure import median
from bench.place import Place, place
from bench.result import Row
from tests.machine import wait_for

CONNECTIONS = 32

#: The partial indexes answer it: it costs next to nothing while it is asked.
_UNSETTLED = """
SELECT (SELECT count(*) FROM jobs WHERE state = 'queued' AND due) + (SELECT count(*) FROM jobs WHERE state = 'running')
"""


@dataclass(frozen=True, slots=True)
class Measured:
    per_second: float
    cpu_ms: float


def waited(here: Place, jobs: int) -> Measured:
    """Each caller waits for its answer on its own request."""
    before = here.cpu()
    seconds, _ = loop.run(client.load(here.platform.port, CONNECTIONS, jobs, calls.waited(here)))
    return Measured(jobs / seconds, (here.cpu() - before) * 1000 / jobs)


def submitted(here: Place, jobs: int) -> Measured:
    """Submit all, then watch until the last one is settled."""
    before, begun = here.cpu(), perf_counter()
    settled = here.platform.sql("SELECT count(*) FROM ledger_entries")[0][0]
    loop.run(client.load(here.platform.port, CONNECTIONS, jobs, calls.submitted(here)))
    wait_for(lambda: here.platform.sql(_UNSETTLED)[0][0] == 0, 120, "the last settlement")
    seconds, cpu = perf_counter() - begun, here.cpu() - before
    assert here.platform.sql("SELECT count(*) FROM ledger_entries")[0][0] == settled + jobs
    return Measured(jobs / seconds, cpu * 1000 / jobs)


def run(quick: bool) -> list[Row]:
    """Rounds in turn, so that a slower minute of the machine is slower for all; medians."""
    jobs, tasks, rounds = (2000, 2000, 1) if quick else (10_000, 5000, 3)
    found: dict[str, list[Measured | bare_celery.Measured]] = {}
    with place() as here:
        waited(here, 500)
        straight, _ = loop.run(client.load(here.upstream_port, CONNECTIONS, 20_000, calls.direct(here)))
        for _ in range(rounds):
            found.setdefault("waited", []).append(waited(here, jobs))
            found.setdefault("submitted", []).append(submitted(here, jobs))
            for pool in bare_celery.POOLS:
                found.setdefault(pool, []).append(bare_celery.measure(here, pool, tasks))
    rate = {name: median(each.per_second for each in all) for name, all in found.items()}
    cpu = {name: median(each.cpu_ms for each in all) for name, all in found.items()}
    return [*_rows(rate, cpu), Row("the mock upstream alone, the same client", 20_000 / straight, "answers/s")]


def _rows(rate: dict[str, float], cpu: dict[str, float]) -> list[Row]:
    best, least = max(bare_celery.POOLS, key=rate.__getitem__), min(bare_celery.POOLS, key=cpu.__getitem__)
    ways = {"waited": "submit and wait for the answer", "submitted": "submit, run, settle"}
    rows = []
    for way, what in ways.items():
        peer = {"beside": rate[best], "peer": f"bare Celery, {best}"}
        rows.append(Row(what, rate[way], "jobs/s", **peer, least=rate[best], promise="at least bare Celery's tasks/s"))
        peer = {"beside": cpu[least], "peer": f"bare Celery, {least}"}
        rows.append(Row(f"{what}: CPU", cpu[way], "ms", **peer, most=cpu[least], promise="no more than bare Celery's"))
    for pool in bare_celery.POOLS:
        rows.append(Row(f"bare Celery, {pool}", rate[pool], "tasks/s"))
        rows.append(Row(f"bare Celery, {pool}: CPU", cpu[pool], "ms"))
    return rows
