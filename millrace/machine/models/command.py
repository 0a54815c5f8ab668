"""`millrace models ls|pull|rm|status`."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import chain
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from millrace.machine.models.listing import listing, states
from millrace.machine.models.pull import Progress, PullError, pull
from millrace.machine.models.remove import NotRemoved, remove
from millrace.machine.place import Unfit, prepare
from millrace.machine.telling import App

app = App(no_args_is_help=True, help="The models of this machine: list, fetch, remove.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Sha256 = Annotated[str, typer.Option("--sha256", help="What a file from an address must be.")]

#: The exit code of what was interrupted.
INTERRUPTED = 130

WORDS = {"fetch": "fetching", "make": "making its file", "done": ""}

COLOURS = {"ready": "green", "failed": "red", "preparing": "yellow", "loading": "yellow"}


@app.command("ls", epilog="Example: millrace models ls --json")
def list_(as_json: AsJson = False) -> None:
    """List the models of the catalog, and those that are here and not in it."""
    found = [asdict(one) for one in listing()]
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _table(found, ("name", "engine", "lane", "bytes", "where"))


@app.command("status", epilog="Example: millrace models status")
def status(as_json: AsJson = False) -> None:
    """Show the models that this machine holds in memory, or why it does not."""
    found = states()
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _table(found, ("model", "state", "slots", "busy", "error"))


@app.command(
    "pull", epilog="Examples: millrace models pull llama3.2:1b; millrace models pull https://.../m.gguf --sha256 ..."
)
def pull_(name: str, sha256: Sha256 = "", as_json: AsJson = False) -> None:
    """Fetch a pinned file, a file from an address, the embedding model, or one of Ollama's, from where it broke off."""
    prepare()
    try:
        with closing(pull(name, sha256)) as steps:
            last = _told(steps) if as_json else _shown(name, steps)
    except PullError as failure:
        if as_json:
            print(json.dumps({"step": "failed", "code": failure.code, "message": str(failure)}), flush=True)
        raise Unfit(str(failure)) from failure
    except KeyboardInterrupt:
        print("\nStopped. What came is kept: the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    if not as_json:
        _say(last)


@app.command("rm", epilog="Example: millrace models rm qwen2.5-0.5b-instruct")
def remove_(name: str) -> None:
    """Remove a model from this machine, and from the catalog if Millrace put it there."""
    try:
        for line in remove(name):
            print(line[0].upper() + line[1:] + ".")
    except NotRemoved as failure:
        raise Unfit(str(failure)) from failure


def _told(steps: Iterator[Progress]) -> Progress:
    """A line of JSON a step."""
    last = Progress("done")
    for last in steps:
        print(json.dumps(asdict(last)), flush=True)
    return last


def _shown(name: str, steps: Iterator[Progress]) -> Progress:
    # No bar for what cannot even begin.
    first = last = next(steps)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(name, total=None)
        for last in chain((first,), steps):
            described = f"{name} {WORDS[last.step]}"
            if last.step == "done":
                bars.update(task, description=described, visible=bool(first.total))
            else:
                bars.update(task, description=described, completed=last.have, total=last.total or None)
    return last


def _say(last: Progress) -> None:
    if not last.listed:
        print(f"It is here. The catalog is a file of your own (CATALOG), so add this to it:\n{last.entry}")
    else:
        print(
            f"{last.model} is here and in the catalog. If Millrace runs, it serves it after `millrace down` and `up`."
        )


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(column, row[column]) for column in columns))
    Console(highlight=False, soft_wrap=True).print(table)


def _cell(column: str, value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if column == "bytes":
        return f"{value / 1e6:,.0f} MB"
    text = escape(str(value))
    return f"[{COLOURS[text]}]{text}[/]" if column == "state" and text in COLOURS else text
