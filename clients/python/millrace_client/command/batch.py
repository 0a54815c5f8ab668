"""`millrace batch ...`: a file of requests, from its quote to its answers."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace_client.command import session, showing
from millrace_client.command.bars import BatchBar, how, uploading
from millrace_client.command.exits import FAILED, INTERRUPTED
from millrace_client.command.showing import AsJson, Limit, confirmed, duration, moment
from millrace_client.errors import Unreachable

if TYPE_CHECKING:
    from millrace_client import Millrace
    from millrace_client.shapes import Batch

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="Batches: files of requests, a JSON line each.")
app.add_typer(group, name="batch")

Id = Annotated[str, typer.Argument(help="batch_...", show_default=False)]
Source = Annotated[str, typer.Argument(help="A file of JSON lines, or the id of one that is uploaded.")]
Endpoint = Annotated[str, typer.Option("--endpoint", "-e", help="Which of OpenAI's endpoints the lines are for.")]
Window = Annotated[str, typer.Option("--window", "-w", help="Until when: 1h, 4h, 24h, 7d or off-peak.")]
Watch = Annotated[bool, typer.Option("--watch", help="Stay until it has ended.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Where to; the batch's id by default.")]
Format = Annotated[str, typer.Option("--format", "-f", help="jsonl, csv or parquet.")]
Lines = Annotated[str, typer.Option("--lines", help="succeeded, failed or all.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

CHAT = "/v1/chat/completions"


@group.command("quote", epilog="Example: millrace batch quote requests.jsonl --window 4h")
def quote(source: Source, endpoint: Endpoint = CHAT, window: Window = "24h", as_json: AsJson = False) -> None:
    """Show what a batch would take: tokens, cost, time, quotas. Nothing runs; `start` runs it, within a day."""
    with session.connect() as client:
        batch = client.batches.quote(file_of(client, source), endpoint=endpoint, completion_window=window)
    showing.dump(batch) if as_json else _quoted(batch)
    _end(batch)


@group.command("submit", epilog="Example: millrace batch submit requests.jsonl --window 4h --watch")
def submit(
    source: Source, endpoint: Endpoint = CHAT, window: Window = "24h", watch: Watch = False, as_json: AsJson = False
) -> None:
    """Run a file of requests, and print the batch's id."""
    with session.connect() as client:
        batch = client.batches.create(file_of(client, source), endpoint=endpoint, completion_window=window)
        _begun(client, batch, watch, as_json)


@group.command("start", epilog="Example: millrace batch start batch_0192a0b0c0d0e0f00112233445566778 --watch")
def start(id: Id, watch: Watch = False, as_json: AsJson = False) -> None:
    """Run what was quoted. Its window begins now."""
    with session.connect() as client:
        _begun(client, client.batches.start(id), watch, as_json)


@group.command("watch", epilog="Example: millrace batch watch batch_0192a0b0c0d0e0f00112233445566778")
def watch_(id: Id, as_json: AsJson = False) -> None:
    """Show how far a batch is until it has ended. Ctrl-C leaves the batch alone."""
    with session.connect(retries=session.PATIENT) as client:
        _watched(client, id, as_json)


@group.command("ls", epilog="Example: millrace batch ls --json")
def list_(limit: Limit = 20, as_json: AsJson = False) -> None:
    """List batches, newest first."""
    with session.connect() as client:
        found = list(islice(client.batches.every(), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [
        {**each, "done": _done(each), "window": each["completion_window"], "created": moment(each["created_at"])}
        for each in found
    ]
    showing.table(rows, "id", "status", "done", "window", "created")


@group.command("show", epilog="Example: millrace batch show batch_0192a0b0c0d0e0f00112233445566778")
def show(id: Id, as_json: AsJson = False) -> None:
    """Show a batch: its counts, rate, cost, files, and what is wrong with its lines."""
    with session.connect() as client:
        batch = client.batches.get(id)
    showing.dump(batch) if as_json else _shown(batch)


@group.command("cancel", epilog="Example: millrace batch cancel batch_0192a0b0c0d0e0f00112233445566778 --yes")
def cancel(id: Id, yes: Yes = False, as_json: AsJson = False) -> None:
    """Begin no further line. What is done is kept."""
    confirmed(f"Cancel {id}?", yes)
    with session.connect() as client:
        _told(client.batches.cancel(id), as_json)


@group.command("pause", epilog="Example: millrace batch pause batch_0192a0b0c0d0e0f00112233445566778")
def pause(id: Id, as_json: AsJson = False) -> None:
    """Begin no further line until it is resumed. Its window goes on."""
    with session.connect() as client:
        _told(client.batches.pause(id), as_json)


@group.command("resume", epilog="Example: millrace batch resume batch_0192a0b0c0d0e0f00112233445566778")
def resume(id: Id, as_json: AsJson = False) -> None:
    """Let a paused batch go on."""
    with session.connect() as client:
        _told(client.batches.resume(id), as_json)


@group.command(
    "retry-failed", epilog="Example: millrace batch retry-failed batch_0192a0b0c0d0e0f00112233445566778 --watch"
)
def retry_failed(id: Id, watch: Watch = False, as_json: AsJson = False) -> None:
    """Run the lines that did not succeed again, as a new batch."""
    with session.connect() as client:
        _begun(client, client.batches.retry_failed(id), watch, as_json)


@group.command(
    "download", epilog="Example: millrace batch download batch_0192a0b0c0d0e0f00112233445566778 -f csv -o answers.csv"
)
def download(id: Id, output: Output = None, format: Format = "jsonl", lines: Lines = "all") -> None:
    """Download the answers; while it runs, those there are. `-o -`: as JSON lines to standard output."""
    with session.connect() as client:
        if str(output) == "-":
            import json

            for line in client.batches.results(id, lines=lines):
                print(json.dumps(line))
        else:
            print(client.batches.download(id, output or Path(f"{id}.{format}"), format=format, lines=lines))


def file_of(client: "Millrace", source: str) -> str:
    """The id of the file, which is uploaded if it is here."""
    path = Path(source)
    if not path.is_file():
        if source.startswith("file_"):
            return source
        raise typer.BadParameter(f"There is no file {source}.")
    with uploading(path) as opened:
        return client.files.upload(opened, filename=path.name)["id"]


def _begun(client: "Millrace", batch: "Batch", watch: bool, as_json: bool) -> None:
    if watch:
        if not as_json:
            print(batch["id"], flush=True)
        _watched(client, batch["id"], as_json)
    elif as_json:
        showing.dump(batch)
    else:
        print(batch["id"])
        showing.say(f"It runs. `millrace batch watch {batch['id']}` shows how far it is.")


def _watched(client: "Millrace", id: str, as_json: bool) -> None:
    """Until it has ended; the exit code says how."""
    last: Any = None
    try:
        with BatchBar() as bar:
            for last in client.batches.watch(id):
                bar.show(last)
    except (KeyboardInterrupt, Unreachable) as stopped:
        showing.say(
            f"The batch goes on. `millrace batch watch {id}` watches again, `millrace batch cancel {id}` ends it."
        )
        if isinstance(stopped, Unreachable):
            raise
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        showing.dump(last)
    else:
        _ended(last)
    _end(last)


def _ended(batch: "Batch") -> None:
    """What to do with it now."""
    showing.say(f"{batch['status']}: {_done(batch)}" + (f", {batch['cost_usd']} USD" if batch["cost_usd"] else ""))
    if batch["status"] == "failed":
        _errors(batch)
    elif batch["status"] != "quoted":
        showing.say(f"`millrace batch download {batch['id']}` brings the answers.")
        if batch["request_counts"]["failed"]:
            showing.say(f"`millrace batch retry-failed {batch['id']}` runs those again that failed.")


def _end(batch: "Batch") -> None:
    """0 when every line succeeded, or may yet."""
    bad = batch["status"] in ("failed", "expired", "cancelled") or batch["request_counts"]["failed"]
    if bad:
        raise typer.Exit(FAILED)


def _told(batch: "Batch", as_json: bool) -> None:
    showing.dump(batch) if as_json else print(batch["id"], "paused" if batch["paused"] else batch["status"])


def _done(batch: "Batch") -> str:
    counts = batch["request_counts"]
    failed = f", {counts['failed']} failed" if counts["failed"] else ""
    return f"{counts['completed']} of {counts['total']} answered{failed}"


def _shown(batch: "Batch") -> None:
    plain = ["id", "status", "paused", "endpoint", "model", "completion_window", "input_file_id", "output_file_id"]
    plain += ["error_file_id", "cost_usd", "retry_of", "metadata"]
    pairs = [(name.removesuffix("_id").replace("_", " "), dict(batch)[name] or None) for name in plain]
    pairs += [("lines", _done(batch)), ("now", how(batch))]
    times = ("created", "in_progress", "completed", "failed", "expired", "cancelled", "expires")
    pairs += [(name.replace("_", " "), moment(dict(batch)[f"{name}_at"])) for name in times]  # type: ignore[arg-type]
    showing.fields(pairs)
    _errors(batch)


def _errors(batch: "Batch") -> None:
    for each in batch["errors"]["data"] if batch["errors"] else ():
        where = f"line {each['line']}: " if each["line"] else ""
        showing.say(showing.harmless(f"{where}{each['message']} ({each['code']})"))


def _quoted(batch: "Batch") -> None:
    found = batch["quote"]
    if not found:
        _shown(batch)
        return
    showing.table(found["models"], "model", "requests", "input_tokens", "output_tokens", "cost_usd")
    fits = {True: "fits the window", False: "does not fit the window", None: "not measured yet"}[found["fits_window"]]
    pairs = [("at most", f"{found['cost_usd']} USD"), ("time", f"{duration(found['seconds']) or 'unknown'}, {fits}")]
    pairs += [
        (
            f"quota {each['of']}",
            f"{each['left']} of {each['limit']} {each['unit']} left" + ("" if each["fits"] else ": not enough"),
        )
        for each in found["quotas"]
    ]
    showing.fields(pairs)
    showing.say(f"`millrace batch start {batch['id']}` runs it.")
