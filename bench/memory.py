"""Resident memory (PSS) of each process, idle and after work."""

from bench import throughput
from bench.measure import resident_mib
from bench.place import Place, place
from bench.result import Row


def _all(here: Place) -> dict[str, float]:
    return {name: resident_mib(pid) for name, pid in here.pids.items()}


def run(quick: bool) -> list[Row]:
    jobs = 2000 if quick else 20_000
    with place() as here:
        throughput.waited(here, 1)
        idle = _all(here)
        throughput.waited(here, jobs)
        after = _all(here)
    rows = [Row(f"{name}, after {jobs:,} jobs", after[name], "MiB", idle[name], "idle") for name in after]
    return [*rows, Row(f"all, after {jobs:,} jobs", sum(after.values()), "MiB", sum(idle.values()), "idle")]
