"""What a new user sees: a first job, streamed, and where to go from there."""

import json
import sys
import time

from rich.console import Console
from rich.markup import escape

from millrace.machine import client, ready
from millrace.machine.sample import QUESTION, Choice
from millrace.settings import settings

#: Events after which nothing comes.
LAST = {"succeeded", "failed", "cancelled", "expired"}

#: Seconds. A model may have to be loaded first.
SAMPLE_PATIENCE = 120.0

ATTACHED = "Ctrl-C stops everything. The logs follow."
DETACHED = "It runs in the background: `make status` shows it, `make stop` stops it."


def show(console: Console, choice: Choice, seconds: float, detach: bool) -> None:
    """The sample job, and the addresses."""
    before = ready.count_jobs()
    console.print(f"[bold]Millrace is up[/] after {seconds:.1f} s, {_jobs(before)}.\n")
    console.print(f"A first job for [bold]{escape(choice.model)}[/] ({escape(choice.why)}):")
    console.print(f"  {QUESTION}", style="dim")
    job = _run_sample(console, choice)
    _addresses(console, job)
    console.print(f"\n{DETACHED if detach else ATTACHED}\n")


def _jobs(count: int) -> str:
    return f"with {count:,} job{'s' * (count != 1)} of earlier runs" if count else "with no jobs yet"


def _run_sample(console: Console, choice: Choice) -> str | None:
    key = settings().admin_key_path.read_text().strip()
    job = None
    try:
        job = client.submit(choice.request(), key)
        _stream(console, job, key)
    except client.ApiError as failure:
        console.print(f"[yellow]The sample job did not finish: {escape(str(failure))}[/]")
    return job


def _stream(console: Console, job: str, key: str) -> None:
    shown, deadline = 0, time.monotonic() + SAMPLE_PATIENCE
    for event in client.events(job, key):
        if time.monotonic() > deadline:
            raise client.ApiError(f"not within {SAMPLE_PATIENCE:.0f} s; it goes on, see the logs")
        if event.name == "reset":
            console.print("\n(starting over)", style="dim")
            shown = 0
        elif event.name in {"delta", "snapshot"}:
            shown = _print_new(event.data, shown)
        elif event.name in LAST:
            console.print("\n" + _outcome(event), style="dim")
            return


def _print_new(data: dict[str, object], shown: int) -> int:
    """A piece carries the offset of its text, so that nothing is printed twice."""
    text, offset = str(data.get("text", "")), int(str(data.get("offset", 0)))
    sys.stdout.write(text[max(0, shown - offset) :])
    sys.stdout.flush()
    return max(shown, offset + len(text))


def _outcome(event: client.Event) -> str:
    if event.name == "succeeded":
        return "(succeeded)"
    return escape(f"({event.name}: {json.dumps(event.data)[:500]})")


def _addresses(console: Console, job: str | None) -> None:
    key, url = settings().admin_key_path, client.url()
    bearer = f'-H "Authorization: Bearer $(cat {key})"'
    chat = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
    body = json.dumps({"endpoint": "/v1/chat/completions", "body": chat})
    lines = [
        f"\n[bold]API[/]        {url}    [bold]docs[/] {url}/docs",
        f"[bold]Flower[/]     http://127.0.0.1:{settings().flower_port}",
        f"[bold]Admin key[/]  {escape(str(key))}",
        "\nSubmit a job, and watch one:",
        escape(f"  curl {url}/api/v1/jobs {bearer} -H 'Content-Type: application/json' -d '{body}'"),
        escape(f"  curl -N {url}/api/v1/jobs/{job or 'ID'}/events {bearer}"),
    ]
    for line in lines:
        console.print(line)
