"""`millrace schedules ls|create|show|runs|run|pause|resume|rm`."""

import json
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from millrace_client.command import session, showing
from millrace_client.command.batch import CHAT, file_of
from millrace_client.command.showing import AsJson, Limit, confirmed, moment

if TYPE_CHECKING:
    from millrace_client import Millrace
    from millrace_client.shapes import Schedule

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="Prompts and batches that are run again and again.")
app.add_typer(group, name="schedules")

Id = Annotated[str, typer.Argument(help="sched_...", show_default=False)]

#: Of `--every`.
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@group.command("ls", epilog="Example: millrace schedules ls")
def list_(limit: Limit = 20, as_json: AsJson = False) -> None:
    """List schedules, newest first."""
    with session.connect() as client:
        found = list(islice(client.schedules.every(), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [
        {**each, "when": _when(each), "next": _next(each), "what": "job" if each["job"] else "batch"} for each in found
    ]
    showing.table(rows, "id", "name", "when", "what", "next")


@group.command(
    "create", epilog='Example: millrace schedules create News --cron "30 6 * * MON-FRI" --prompt "What is new?"'
)
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    cron: Annotated[str | None, typer.Option(help="Minute, hour, day, month, weekday.")] = None,
    zone: Annotated[str | None, typer.Option(help="In which --cron is meant: Europe/Berlin. UTC by default.")] = None,
    every: Annotated[str | None, typer.Option(help="Instead of --cron: 90s, 15m, 6h, 1d.")] = None,
    prompt: Annotated[str | None, typer.Option(help="A job that asks this.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Of the prompt; MILLRACE_MODEL by default.")
    ] = None,
    file: Annotated[str | None, typer.Option(help="A batch instead: a file of JSON lines, or the id of one.")] = None,
    window: Annotated[str, typer.Option("--window", "-w", help="Of the batch: 1h, 4h, 24h, 7d or off-peak.")] = "24h",
    template: Annotated[
        typer.FileText | None, typer.Option("--from", help="A JSON file with `job` or `batch`, as the API takes it.")
    ] = None,
    missed: Annotated[str | None, typer.Option(help="Windows that passed while nothing ran: once, skip, all.")] = None,
    overlap: Annotated[str | None, typer.Option(help="While the run before goes on: allow, skip, cancel.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run a prompt, a file of requests, or what a JSON file says, again and again."""
    if [prompt, file, template].count(None) != 2:
        raise typer.BadParameter("Say one of --prompt, --file and --from.")
    with session.connect() as client:
        what = _read(template) if template else _what(client, prompt, model, file, window)
        made = client.schedules.create(
            name, cron=cron, zone=zone, every_seconds=_seconds(every), missed=missed, overlap=overlap, **what
        )
    if as_json:
        showing.dump(made)
        return
    print(made["id"])
    showing.say(f"Next: {', '.join(made['next_runs'])}")


def _read(template: TextIO) -> dict[str, Any]:
    try:
        found = json.load(template)
    except ValueError as failure:
        raise typer.BadParameter(f"--from: this is no JSON: {failure}.") from None
    if not isinstance(found, dict) or set(found) not in ({"job"}, {"batch"}):
        raise typer.BadParameter('--from: an object with "job" or "batch".')
    return found


def _what(client: "Millrace", prompt: str | None, model: str | None, file: str | None, window: str) -> dict[str, Any]:
    if file:
        asked = {"file_id": file_of(client, file)}
        return {"batch": {"endpoint": CHAT, "input": asked, "completion_window": window}}
    messages = [{"role": "user", "content": prompt}]
    return {"job": {"endpoint": CHAT, "body": {"model": session.model(client, model), "messages": messages}}}


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not text[:-1].isdecimal() or text[-1] not in SECONDS:
        raise typer.BadParameter("--every: a number and s, m, h or d, such as 15m.")
    return int(text[:-1]) * SECONDS[text[-1]]


@group.command("show", epilog="Example: millrace schedules show sched_0192a0b0c0d0e0f00112233445566778")
def show(id: Id, as_json: AsJson = False) -> None:
    """Show one: when, what, and the next five runs."""
    with session.connect() as client:
        found = client.schedules.get(id)
    if as_json:
        showing.dump(found)
        return
    plain = [(name.replace("_", " "), dict(found)[name]) for name in ("id", "name", "missed", "overlap", "runs_as")]
    state = f"paused: {found['reason']}" if found["reason"] else "paused" if found["paused"] else None
    pairs = [*plain, ("when", _when(found)), ("state", state), ("last", moment(found["last_at"]))]
    pairs += [("next", found["next_runs"]), ("asks", json.dumps(found["job"] or found["batch"], ensure_ascii=False))]
    showing.fields(pairs)


@group.command("runs", epilog="Example: millrace schedules runs sched_0192a0b0c0d0e0f00112233445566778")
def runs(id: Id, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List what became of its windows, newest first."""
    with session.connect() as client:
        found = list(islice(client.schedules.every_run(id), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [
        {
            **each,
            "made": each["job_id"] or each["batch_id"],
            "now": each["result_status"],
            "due": moment(each["due_at"]),
            "why": each["error"]["message"] if each["error"] else None,
        }
        for each in found
    ]
    showing.table(rows, "due", "status", "made", "now", "why")


@group.command("run", epilog="Example: millrace schedules run sched_0192a0b0c0d0e0f00112233445566778")
def run(id: Id, as_json: AsJson = False) -> None:
    """Run it once, now, also while it is paused."""
    with session.connect() as client:
        made = client.schedules.run(id)
    showing.dump(made) if as_json else print(made["id"])
    showing.say(f"It begins within seconds. `millrace schedules runs {id}` shows what it made.")


@group.command("pause", epilog="Example: millrace schedules pause sched_0192a0b0c0d0e0f00112233445566778")
def pause(id: Id, as_json: AsJson = False) -> None:
    """Stop it for now. What falls into the pause is not made up for."""
    with session.connect() as client:
        _told(client.schedules.pause(id), as_json)


@group.command("resume", epilog="Example: millrace schedules resume sched_0192a0b0c0d0e0f00112233445566778")
def resume(id: Id, as_json: AsJson = False) -> None:
    """Go on from its next window, in your name."""
    with session.connect() as client:
        _told(client.schedules.resume(id), as_json)


@group.command("rm", epilog="Example: millrace schedules rm sched_0192a0b0c0d0e0f00112233445566778 --yes")
def remove(id: Id, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete it, with its history. What it made stays."""
    confirmed(f"Delete {id}?", yes)
    with session.connect() as client:
        client.schedules.delete(id)
    print(f"{id} deleted")


def _told(schedule: "Schedule", as_json: bool) -> None:
    if as_json:
        showing.dump(schedule)
    else:
        print(schedule["id"], "paused" if schedule["paused"] else f"next {_next(schedule)}")


def _when(schedule: "Schedule") -> str:
    return f"{schedule['cron']} {schedule['zone']}" if schedule["cron"] else f"every {schedule['every_seconds']} s"


def _next(schedule: "Schedule") -> str | None:
    return "paused" if schedule["paused"] else next(iter(schedule["next_runs"]), None)
