"""`python -m bench [--quick] [NAME...]`: measure. `report [FILE...]`: as Markdown. `publish [FILE...]`: into the docs.

It always ends with 0: a measurement is not a test.
"""

import argparse
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from bench import (
    authentication,
    batches,
    cached,
    files,
    gateway,
    latency,
    memory,
    report,
    result,
    routing,
    streams,
    throughput,
    waiting,
)
from bench.result import Row

BENCHMARKS: dict[str, ModuleType] = {
    "throughput": throughput,
    "latency": latency,
    "streams": streams,
    "gateway": gateway,
    "authentication": authentication,
    "batches": batches,
    "cached": cached,
    "waiting": waiting,
    "memory": memory,
    "routing": routing,
    "files": files,
}


def main(arguments: list[str]) -> None:
    match arguments:
        case ["report", *paths]:
            print(report.markdown(result.read(*map(Path, paths))))
        case ["publish", *paths]:
            report.publish(*map(Path, paths))
        case _:
            _measure(_parsed(arguments))


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS), default=[])
    parser.add_argument("--quick", action="store_true", help="small counts: two minutes, rough figures")
    found = parser.parse_args(arguments)
    unknown = set(found.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}")
    return found


def _measure(wanted: argparse.Namespace) -> None:
    document = {"at": datetime.now(UTC).isoformat(), "quick": wanted.quick, "machine": result.machine()}
    benchmarks = {name: _run(name, wanted.quick) for name in wanted.names or BENCHMARKS}
    rows = {name: found for name, found in benchmarks.items() if found}
    path = result.write(document | {"benchmarks": {name: result.dump(found) for name, found in rows.items()}})
    promised = [row for found in rows.values() for row in found if row.kept is not None]
    print(f"\n{sum(bool(row.kept) for row in promised)} of {len(promised)} promises kept. Written: {path}")


def _run(name: str, quick: bool) -> list[Row]:
    """One benchmark; one that breaks is told of, and the others go on."""
    print(f"\n{name}: {(BENCHMARKS[name].__doc__ or '').splitlines()[0]}", flush=True)
    begun = time.monotonic()
    try:
        found: list[Row] = BENCHMARKS[name].run(quick)
    except Exception:  # noqa: BLE001 - whatever it was, the other benchmarks are worth having
        traceback.print_exc()
        return []
    print(f"{result.table(found)}\n({time.monotonic() - begun:.0f} s)", flush=True)
    return found


main(sys.argv[1:])
