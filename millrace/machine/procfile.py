"""The processes of this machine: the Procfile's, and the servers it does not mention."""

import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from millrace.catalog.catalog import Catalog
from millrace.machine.discover import catalog as catalog_on_disk
from millrace.machine.place import Unfit
from millrace.settings import settings

PROCFILE = Path(__file__).parents[2] / "Procfile"

#: API processes, unless API_PROCESSES says otherwise: each takes a hundred megabytes.
MOST_APIS = 4

#: What the catalog must have for these to have work; the others always have.
NEEDS: dict[str, Callable[[Catalog], bool]] = {
    "worker-local": lambda found: any(found.lanes[model.lane].pool == "local" for model in found.models.values()),
    "models": lambda found: any(model.engine == "local" and not model.url for model in found.models.values()),
}


@dataclass(frozen=True)
class Process:
    """A line of the Procfile, or a server."""

    name: str
    command: tuple[str, ...]
    stop_signal: str = "TERM"


def processes() -> list[Process]:
    """The Procfile's processes that the catalog has work for, run by this very Python."""
    known = catalog_on_disk()
    wanted = {name: line for name, line in read().items() if name not in NEEDS or NEEDS[name](known)}
    return [Process(copy, _with_this_python(line)) for name, line in wanted.items() for copy in _copies(name)]


def _copies(name: str) -> list[str]:
    """The processes that a line makes: one, but of the API, whose processes share its port, one for each core."""
    count = (settings().api_processes or min(MOST_APIS, os.cpu_count() or 1)) if name == "api" else 1
    return [name, *(f"{name}-{number}" for number in range(2, count + 1))]


def servers() -> list[Process]:
    """The embedded servers that the settings ask for."""
    # SIGINT is Postgres's fast shutdown; at SIGTERM it would wait for every client to leave.
    postgres = Process("postgres", _module("millrace.machine.postgres"), stop_signal="INT")
    redis = Process("redis", _module("millrace.machine.redis"))
    wanted = ((settings().embedded_database, postgres), (settings().embedded_redis, redis))
    return [server for embedded, server in wanted if embedded]


def read(path: Path = PROCFILE) -> dict[str, str]:
    """`{name: command}` of a Procfile."""
    if not path.exists():
        raise Unfit(f"No {path}: run `millrace` from a clone of the repository")
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split(":", 1) for line in lines if line and not line.startswith("#"))
    return {name.strip(): command.strip() for name, command in pairs}


def _with_this_python(command: str) -> tuple[str, ...]:
    first, *rest = shlex.split(command)
    return (sys.executable if first == "python" else first, *rest)


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name)
