"""What is shown: tables for people, JSON for programs, and nothing that moves unless somebody looks."""

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at the most.")]

#: Characters of a line that goes into a pipe.
ENDLESS = 100_000

COLOURS = {
    "succeeded": "green", "completed": "green", "delivered": "green", "running": "cyan", "in_progress": "cyan",
    "failed": "red", "expired": "red", "cancelled": "yellow", "queued": "blue", "validating": "blue",
}  # fmt: skip


def dump(value: Any) -> None:
    """As JSON, for a program."""
    print(json.dumps(value, indent=2))


def say(text: str) -> None:
    """To whoever looks: not part of the output."""
    print(text, file=sys.stderr, flush=True)


def harmless(text: str) -> str:
    """Without what would steer a terminal: a model may say anything."""
    return "".join(each for each in text if each.isprintable() or each in "\n\t")


def table(rows: Iterable[Mapping[str, Any]], *columns: str) -> None:
    """A table. The first column, the name, is never cut; in a pipe nothing is, and a row is a line."""
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, no_wrap=column == columns[0] or not sys.stdout.isatty())
    for row in rows:
        made.add_row(*(_cell(row[column]) for column in columns))
    Console(highlight=False, width=None if sys.stdout.isatty() else ENDLESS).print(made)


def fields(pairs: Sequence[tuple[str, Any]]) -> None:
    """Names and values, one a line; what is unknown is left out."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for name, value in pairs:
        if value not in (None, "", [], {}):
            console.print(f"[dim]{name + ':':<19}[/]{_cell(value)}")


def _cell(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return escape(", ".join(str(each) for each in value))
    text = "".join(each if each.isprintable() else " " for each in str(value))
    return f"[{COLOURS[text]}]{text}[/]" if text in COLOURS else escape(text)


def moment(seconds: int | None) -> str | None:
    """A time, here."""
    return None if seconds is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def duration(seconds: float | None) -> str | None:
    """`42 s`, `3 min`, `2.5 h`."""
    if seconds is None:
        return None
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def confirmed(question: str, yes: bool) -> None:
    """Go on, or end. In a pipe nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise SystemExit(f"{question} Say --yes where nobody can be asked.")
    typer.confirm(question, abort=True)
