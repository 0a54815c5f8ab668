"""Waiting for the parts of a starting installation, and saying which one is late."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from millrace.machine import client, control, supervisor
from millrace.machine.follow import last_lines
from millrace.machine.place import Unfit
from millrace.machine.probe import database_problem, redis_problem, wait_until

#: Seconds: an embedded server may have to make its cluster or to recover from a crash.
SERVERS_PATIENCE = 60.0

#: Seconds until the API must be ready.
API_PATIENCE = 60.0


def wait_for_servers(console: Console) -> None:
    """Wait until Postgres and Redis answer."""
    with _step(console, "Postgres and Redis"):
        for name, setting, problem in (
            ("postgres", "DATABASE_URL", database_problem),
            ("redis", "REDIS_URL", redis_problem),
        ):
            wrong = wait_until(problem, SERVERS_PATIENCE)
            if wrong:
                log = "\n".join(last_lines(supervisor.log_path(name)))
                raise Unfit(f"{name} does not answer: {wrong}\n{log or f'Check {setting}.'}")


def set_up(console: Console) -> None:
    """Migrate and make the first key, in a process of its own, as docker compose does."""
    with _step(console, "Database"):
        command = [sys.executable, "-m", "millrace.machine.setup"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stdout + done.stderr).splitlines()[-20:]
            raise Unfit("\n".join(("The database could not be set up:", *said)))


def wait_for_api(console: Console) -> None:
    """Wait until the API says that it is ready, and warn of processes that have died meanwhile."""
    first = _pids()
    with _step(console, "API and workers"):
        deadline = time.monotonic() + API_PATIENCE
        while not (found := client.readiness() or {}).get("ready"):
            if time.monotonic() > deadline:
                log = "\n".join(last_lines(supervisor.log_path("api")))
                raise Unfit(f"The API is not ready: {found or f'nothing answers at {client.url()}'}\n{log}")
            time.sleep(0.05)
    for name in sorted(name for name, pid in _pids().items() if pid != first[name]):
        said = last_lines(supervisor.log_path(name), 1)
        console.print(f"[yellow]{name} has died and is started again: {escape(''.join(said))}[/]")


def _pids() -> dict[str, int]:
    return {str(one["name"]): int(one["pid"]) for one in control.processes()}


def count_jobs() -> int:
    """The jobs there are, from earlier runs."""
    from millrace import db

    return int(db.call("SELECT count(*) FROM jobs")[0][0])


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    began = time.monotonic()
    with console.status(f"{what} ..."):
        yield
    console.print(f"  {what}: ready in {time.monotonic() - began:.1f} s", style="dim")
