"""`millrace bench models a b c`: first token, tokens/s, percentiles, errors, cost and quality, side by side."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from millrace.machine.bench import tables
from millrace.machine.bench.follow import compare
from millrace.machine.bench.platform import Platform, platform
from millrace.machine.client import ApiError
from millrace.machine.place import Unfit
from millrace.machine.telling import App

app = App(no_args_is_help=True, help="Compare models, on the platform that runs.")

Names = Annotated[list[str], typer.Argument(help="Models, as `millrace models ls` names them.")]
Rounds = Annotated[int, typer.Option(help="How often each prompt is asked of each model.")]
Prompts = Annotated[Path | None, typer.Option(help="Your own, with checks: TOML or JSON (docs/comparisons.md).")]
MaxTokens = Annotated[int | None, typer.Option(help="Of each answer, thoughts included.")]
Temperature = Annotated[float | None, typer.Option(help="0 unless set; a negative one: each model's own.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Picture = Annotated[Path | None, typer.Option(help="Write the picture there, as SVG.")]
History = Annotated[bool, typer.Option("--history", help="Start nothing: show each model's earlier figures.")]

#: The exit code of what was interrupted.
INTERRUPTED = 130

#: Columns of a table that goes into a file.
WIDE = 200

#: Comparisons that --history shows.
EARLIER = 20


@app.callback()
def bench() -> None:
    """Compare models, on the platform that runs."""


@app.command(
    "models", epilog="Examples: millrace bench models demo llama3 --rounds 3 --picture out.svg; ... demo --history"
)
def models(
    names: Names,
    rounds: Rounds = 1,
    prompts: Prompts = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    picture: Picture = None,
    as_json: AsJson = False,
    history: History = False,
) -> None:
    """Ask each model the same graded prompts, as jobs of yours, and show what came of it. Ctrl-C cancels.

    Exit code 1 when no model answered anything.
    """
    wanted: dict[str, Any] = {"models": names, "rounds": rounds}
    wanted |= {} if max_tokens is None else {"max_tokens": max_tokens}
    wanted |= {} if temperature is None else {"temperature": temperature if temperature >= 0 else None}
    wanted |= {} if prompts is None else {"prompts": _read(prompts)}
    try:
        where = platform()
        if history:
            _show_history(where, names, as_json)
            return
        found, interrupted = compare(where, wanted, Console(stderr=True, highlight=False, soft_wrap=True))
        _show(where, found, picture, as_json)
    except ApiError as failure:
        raise Unfit(str(failure)) from failure
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(0 if any(each["succeeded"] for each in found["figures"]) else 1)


def _read(path: Path) -> Any:
    """The list of prompts in a file. Raises Unfit."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as failure:
        raise Unfit(f"{path}: {failure}") from failure
    found = document.get("prompts") if isinstance(document, dict) else document
    if not isinstance(found, list):
        raise Unfit(f"{path}: has no list of prompts")
    return found


def _show(where: Platform, found: dict[str, Any], picture: Path | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        tables.side_by_side(_out(), found)
    if picture is not None:
        picture.write_bytes(where.picture(found["id"]))
        print(f"Written: {picture}", file=sys.stderr)


def _out() -> Console:
    """A file has no width to fit into."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)


def _show_history(where: Platform, names: list[str], as_json: bool) -> None:
    found = {name: where.history(name, EARLIER) for name in names}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, comparisons in found.items():
        tables.over_time(_out(), name, comparisons)
