"""What a benchmark answers: rows, some of them with a promise, some beside a peer."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `beside` is the peer's on the same work; `least` and `most` are what was promised."""

    what: str
    value: float
    unit: str
    beside: float | None = None
    peer: str = ""
    least: float | None = None
    most: float | None = None
    promise: str = ""

    @property
    def kept(self) -> bool | None:
        """None where nothing was promised."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def verdict(self) -> str:
        return {None: "", True: "kept", False: "NOT KEPT"}[self.kept]

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        beside = f"{number(self.beside)} ({self.peer})" if self.beside is not None else ""
        return self.what, f"{number(self.value)} {self.unit}".strip(), beside, self.promise, self.verdict


TITLES = ("what", "measured", "beside", "promise", "")


def number(value: float) -> str:
    """Three digits that matter."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows: list[Row]) -> str:
    """Columns for a terminal."""
    lines = [TITLES, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(TITLES))]
    return "\n".join("  ".join(f"{c:<{w}}" for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def machine() -> dict[str, Any]:
    """Where it was measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": cpu[0] if cpu else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def write(document: dict[str, Any]) -> Path:
    """Keep a run as JSON, named by its time."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def dump(rows: list[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def read(*paths: Path) -> dict[str, Any]:
    """Runs as one document; a later one wins where both have a benchmark. Without paths: the newest run."""
    chosen = paths or sorted(RESULTS.glob("2*.json"))[-1:]
    documents = [json.loads(path.read_text()) for path in chosen]
    if not documents:
        raise SystemExit("There are no results yet: python -m bench")
    found = {name: rows for document in documents for name, rows in document["benchmarks"].items()}
    return documents[-1] | {"benchmarks": found}


def rows(document: dict[str, Any]) -> dict[str, list[Row]]:
    return {name: [Row(**row) for row in found] for name, found in document["benchmarks"].items()}
