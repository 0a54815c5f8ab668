"""The processes of this machine: the Procfile's, and the servers it does not mention."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from millrace.machine.place import Unfit
from millrace.settings import settings

PROCFILE = Path(__file__).parents[2] / "Procfile"

#: Ends by itself when the catalog has no model for it.
OPTIONAL = frozenset({"models"})


@dataclass(frozen=True)
class Process:
    """A line of the Procfile, or a server."""

    name: str
    command: tuple[str, ...]
    stop_signal: str = "TERM"
    optional: bool = False


def processes() -> list[Process]:
    """The Procfile's processes, run by this very Python."""
    return [Process(name, _with_this_python(command), optional=name in OPTIONAL) for name, command in read().items()]


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
