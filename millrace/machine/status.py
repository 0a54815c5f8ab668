"""`millrace status`: which processes run, and whether the whole is ready."""

import time
from typing import Any

from rich.console import Console
from rich.table import Table

from millrace.machine import client, control
from millrace.settings import settings

COLOURS = {"RUNNING": "green", "STARTING": "yellow", "STOPPING": "yellow"}

#: supervisord's words for states, in ours where they would mislead.
WORDS = {"EXITED": "ended", "STOPPED": "not started", "BACKOFF": "restarting"}


def status() -> dict[str, Any]:
    """What there is to know, for people and programs."""
    running = control.running()
    found = control.processes() if running else []
    return {
        "home": str(settings().home),
        "running": bool(running),
        "supervisor_pid": running.pid if running else None,
        "url": client.url(),
        "ready": bool(running) and (client.readiness() or {}).get("ready", False),
        "processes": [_process(one) for one in found],
    }


def _process(one: dict[str, Any]) -> dict[str, Any]:
    state = str(one["statename"])
    return {
        "name": one["name"],
        "state": WORDS.get(state, state.lower()),
        "pid": one["pid"] or None,
        "seconds": int(time.time() - one["start"]) if one["pid"] else None,
        "log": one["stdout_logfile"],
    }


def show(found: dict[str, Any]) -> None:
    """Print it as a table."""
    console = Console(highlight=False, soft_wrap=True)
    if not found["running"]:
        console.print(f"Millrace does not run in {found['home']}. Start it with `make run` or `millrace up`.")
        return
    table = Table("process", "state", "pid", "up", box=None, pad_edge=False)
    for one in found["processes"]:
        colour = COLOURS.get(one["state"].upper(), "dim")
        table.add_row(one["name"], f"[{colour}]{one['state']}[/]", str(one["pid"] or ""), _age(one["seconds"]))
    console.print(table)
    word = "[green]ready[/]" if found["ready"] else "[yellow]not ready: see /readyz[/]"
    console.print(f"\n{found['url']} is {word}; logs are in {found['home']}/log")


def _age(seconds: int | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
