"""`millrace jobs ls|show|watch|cancel|result|retry`."""

from itertools import islice
from typing import Annotated

import typer

from millrace_client.command import session, showing
from millrace_client.command.exits import FAILED, INTERRUPTED
from millrace_client.command.run import shown
from millrace_client.command.showing import AsJson, Limit, duration, moment

app = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="What was asked, and what became of it.")
app.add_typer(group, name="jobs")

Id = Annotated[str, typer.Argument(help="job_...", show_default=False)]


@group.command("ls", epilog="Example: millrace jobs ls --status failed --json")
def list_(
    status: Annotated[str | None, typer.Option(help="queued, running, succeeded, failed, cancelled, expired")] = None,
    model: Annotated[str | None, typer.Option("--model", "-m")] = None,
    batch: Annotated[str | None, typer.Option(help="The lines of this batch, in the order of its file.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first. The lines of a batch only with --batch."""
    with session.connect() as client:
        found = list(islice(client.jobs.every(status=status, model=model, batch=batch), limit))
    if as_json:
        showing.dump(found)
        return
    rows = [{**job, "created": moment(job["created_at"])} for job in found]
    showing.table(rows, "id", *(["custom_id"] if batch else []), "status", "model", "created")


@group.command("show", epilog="Example: millrace jobs show job_0192a0b0c0d0e0f00112233445566778")
def show(id: Id, as_json: AsJson = False) -> None:
    """Show a job: its state, position, times, tokens, and why it failed."""
    with session.connect() as client:
        job = client.jobs.get(id)
    if as_json:
        showing.dump(job)
        return
    error, usage = job["error"], job["usage"]
    names = ("id", "status", "model", "lane", "class", "position", "attempt", "metadata")
    pairs = [(name, dict(job)[name]) for name in (*names, "retry_of", "batch", "custom_id")]
    pairs += [("starts in", duration(job["eta_seconds"]))]
    pairs += [(name, moment(job[f"{name}_at"])) for name in ("created", "started", "finished")]  # type: ignore[literal-required]
    pairs += [("tokens", f"{usage['input_tokens']} in, {usage['output_tokens']} out" if usage else None)]
    pairs += [("error", f"{error['message']} ({error['code']})" if error else None)]
    showing.fields(pairs)


@group.command("watch", epilog="Example: millrace jobs watch job_0192a0b0c0d0e0f00112233445566778")
def watch(id: Id, as_json: AsJson = False) -> None:
    """Show a job's answer as it comes, from its beginning; --json: a line an event. Ctrl-C leaves the job alone."""
    import json

    with session.connect(retries=session.PATIENT) as client:
        try:
            if not as_json:
                shown(client, id)
                return
            for event in client.jobs.events(id):
                print(json.dumps({"seq": event.seq, "type": event.type, "data": event.data}), flush=True)
        except KeyboardInterrupt:
            showing.say(
                f"\nThe job goes on. `millrace jobs watch {id}` watches again, `millrace jobs cancel {id}` ends it."
            )
            raise typer.Exit(INTERRUPTED) from None


@group.command("result", epilog="Example: millrace jobs result job_0192a0b0c0d0e0f00112233445566778 --json")
def result(id: Id, as_json: AsJson = False) -> None:
    """Show what a model said; --json: the whole answer in OpenAI's shape."""
    from millrace_client.blocking.inference import text_of

    with session.connect() as client:
        found = client.jobs.result(id)
    if as_json or "message" not in (found.get("choices") or [{}])[0]:
        showing.dump(found)
    else:
        print(text_of(found))


@group.command(
    "cancel", epilog="Example: millrace jobs ls --status queued --json | jq -r .[].id | xargs millrace jobs cancel"
)
def cancel(
    ids: Annotated[list[str], typer.Argument(help="job_...", show_default=False)], as_json: AsJson = False
) -> None:
    """Cancel jobs. One that has ended stays as it is."""
    with session.connect() as client:
        found = [client.jobs.cancel(id) for id in ids]
    if as_json:
        showing.dump(found)
        return
    for job in found:
        print(f"{job['id']} {'will be cancelled' if job['status'] == 'running' else 'is ' + job['status']}")


@group.command("retry", epilog="Example: millrace jobs retry job_0192a0b0c0d0e0f00112233445566778")
def retry(
    id: Id,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Wait for its end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask again what an ended job asked: a new job."""
    with session.connect() as client:
        job = client.jobs.retry(id)
        job = client.jobs.wait(job["id"]) if wait else job
    showing.dump(job) if as_json else print(job["id"], job["status"])
    if wait and job["status"] != "succeeded":
        raise typer.Exit(FAILED)
