"""What a claim, a submit and a settlement of 32 jobs cost while many jobs wait, and while an old snapshot is open.

The functions of the database themselves are called, on a Postgres where nothing else runs.
"""

import itertools
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from bench.measure import median, slope
from bench.mill import GROUP, Mill, Times
from bench.place import SHIPPED
from bench.result import Row
from tests.platform import Platform


@contextmanager
def _snapshot(database: str) -> Iterator[None]:
    """An old transaction: no version of a row that dies meanwhile can be cleaned up."""
    connection = psycopg2.connect(database)
    try:
        connection.set_session(isolation_level="REPEATABLE READ")
        connection.cursor().execute("SELECT count(*) FROM lanes")
        yield
    finally:
        connection.close()


def run(quick: bool) -> list[Row]:
    depths = (0, 1000, 10_000) if quick else (0, 1000, 10_000, 100_000)
    turns, held = (40, 100) if quick else (200, 1000)
    platform = Platform(copied=False, **SHIPPED)
    try:
        platform.start_servers()
        platform.run("-m", "millrace.migrations")
        return list(itertools.chain(*(_of(platform, tenants, depths, turns, held) for tenants in (1, 1000))))
    finally:
        platform.stop()
        shutil.rmtree(platform.home, ignore_errors=True)


def _of(platform: Platform, tenants: int, depths: tuple[int, ...], turns: int, held: int) -> Iterator[Row]:
    mill = Mill(platform.database_url, tenants)
    who = "1 tenant" if tenants == 1 else f"{tenants:,} tenants"
    try:
        medians: dict[str, list[float]] = defaultdict(list)
        for depth in depths:
            mill.fill(depth)
            mill.turns(turns // 4)
            for name, found in mill.turns(turns).items():
                medians[name].append(median(ms for _, ms in found))
        for name, found in medians.items():
            yield from _flat(f"{name} of {GROUP}, {who}", depths, found, promised=name != "settle")
        with _snapshot(platform.database_url):
            yield from _aged(f"{who}, {depths[-1]:,} waiting, old snapshot", mill.turns(held))
    finally:
        mill.close()


def _flat(what: str, depths: tuple[int, ...], found: list[float], promised: bool) -> Iterator[Row]:
    """A row a depth, and the deepest beside a thousand."""
    for depth, ms in zip(depths, found, strict=True):
        yield Row(f"{what}, {depth:,} waiting", ms, "ms")
    bound = {"most": 1.5, "promise": "flat: at most 1.5 x"} if promised else {}
    yield Row(f"{what}: {depths[-1]:,} waiting over {depths[1]:,}", found[-1] / found[1], "x", **bound)  # type: ignore[arg-type]


def _aged(what: str, times: Times) -> Iterator[Row]:
    """What ten thousand claimed jobs add while nothing can be cleaned up."""
    for name, found in times.items():
        grows = slope([(claimed / 10_000, ms) for claimed, ms in found])
        first = median(ms for _, ms in found[: len(found) // 10])
        yield Row(f"{name} of {GROUP}, {what}: growth per 10,000 claims", grows, "ms", first, "ms at its start")
