"""`millrace run`: one prompt, answered as it is written."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace_client.command import session, showing
from millrace_client.command.exits import INTERRUPTED
from millrace_client.command.showing import AsJson
from millrace_client.errors import Unreachable

if TYPE_CHECKING:
    from millrace_client import Millrace

app = typer.Typer()

Model = Annotated[str | None, typer.Option("--model", "-m", help="Which model; MILLRACE_MODEL by default.")]
System = Annotated[str | None, typer.Option("--system", "-s", help="What the model is told first.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", min=1, help="Of the answer.")]
Temperature = Annotated[float | None, typer.Option("--temperature", "-t", min=0, max=2)]


@app.command(epilog='Examples: millrace run "Why is the sky blue?"; cat notes.txt | millrace run "Sum this up:" -')
def run(
    prompt: Annotated[list[str], typer.Argument(help="What to ask; - stands for standard input.")],
    model: Model = None,
    system: System = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    as_json: AsJson = False,
) -> None:
    """Ask a model, and show its answer as it comes. Ctrl-C cancels the job.

    --json shows the job and its whole answer, once it is there.
    """
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": _text(prompt)})
    with session.connect() as client:
        body: dict[str, Any] = {"model": session.model(client, model), "messages": messages}
        body |= {"max_tokens": max_tokens} if max_tokens else {}
        body |= {"temperature": temperature} if temperature is not None else {}
        answer(client, body, as_json)


def _text(prompt: list[str]) -> str:
    """A `-` is what comes in."""
    parts = [sys.stdin.read() if part == "-" else part for part in prompt]
    text = ("\n" if "-" in prompt else " ").join(parts).strip()
    if not text:
        raise SystemExit("There is nothing to ask: the prompt is empty.")
    return text


def answer(client: "Millrace", body: dict[str, Any], as_json: bool = False) -> str:
    """Ask, show, and give back what was said. Raises MillraceError; ends with 130 when interrupted."""
    job = client.jobs.submit(body, class_="interactive")
    try:
        if not as_json:
            return shown(client, job["id"])
        job = client.jobs.wait(job["id"])
        succeeded = job["status"] == "succeeded"
        showing.dump({**job, "result": client.jobs.result(job["id"]) if succeeded else None})
        if not succeeded:
            raise typer.Exit(1)
        return ""
    except Unreachable:
        showing.say(f"The job goes on. `millrace jobs watch {job['id']}` shows its answer.")
        raise
    except KeyboardInterrupt:
        client.jobs.cancel(job["id"])
        showing.say(f"\nCancelled. `millrace jobs show {job['id']}` shows what became of it.")
        raise typer.Exit(INTERRUPTED) from None


def shown(client: "Millrace", id: str) -> str:
    """On a terminal as it comes. In a pipe, where nothing can be taken back, once it is certain."""
    moving, text = sys.stdout.isatty(), ""
    for update in client.jobs.text(id):
        text = update.text
        if update.voided:
            showing.say("\n[the model began again]")
        if moving:
            print(showing.harmless(update.new), end="", flush=True)
    print("" if moving else text, flush=True)
    return text
