"""Percentiles, CPU time and resident memory."""

import statistics
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def percentile(values: Iterable[float], share: int) -> float:
    """The value below which so many in a hundred lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def slope(points: list[tuple[float, float]]) -> float:
    """How much y grows with x, by least squares."""
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, their children, and the children that have ended."""
    total = 0.0
    for member in tree(pids):
        with suppress(psutil.Error):
            total += sum(member.cpu_times()[:4])
    return total


def tree(pids: Iterable[int]) -> list[psutil.Process]:
    """These processes and all below them."""
    found = []
    for pid in pids:
        with suppress(psutil.Error):
            root = psutil.Process(pid)
            found += [root, *root.children(recursive=True)]
    return found


def resident_mib(pid: int) -> float:
    """PSS of a process and its children: shared pages count by their share. Only Linux tells."""
    return sum(_pss(member.pid) for member in tree([pid])) / 1024


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
