"""The operator's commands, which plug into `millrace` (clients/python): `up`, `down`, `status`, `doctor`, ..."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from millrace.machine import control, doctor, orphans, status
from millrace.machine.bench.command import app as bench
from millrace.machine.finding import Finding
from millrace.machine.models.command import app as models
from millrace.machine.telling import App
from millrace.machine.up import up as bring_up
from millrace.settings import settings

app = App(
    no_args_is_help=True,
    add_completion=False,
    help="Run Millrace on this machine. MILLRACE_HOME says where its data is, PORT where it listens.",
)

app.add_typer(models, name="models")
app.add_typer(bench, name="bench")

Detach = Annotated[bool, typer.Option("--detach", "-d", help="Leave it running in the background.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

MARKS = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}


@app.command(epilog="Example: PORT=8001 MILLRACE_HOME=~/second millrace up")
def up(detach: Detach = False) -> None:
    """Start everything, run a sample job, and stay until Ctrl-C."""
    bring_up(detach)


@app.command(epilog="Example: millrace down")
def down() -> None:
    """Stop everything, within ten seconds; what is queued stays queued."""
    if not control.running():
        left = orphans.clean(settings().grace_seconds)
        print(f"Stopped {left} processes of an earlier run." if left else "Millrace does not run.")
        return
    clean = control.stop()
    print("Stopped." if clean else "Stopped the hard way: it did not end by itself.")


@app.command("status", epilog="Example: millrace status --json | python -m json.tool")
def status_(as_json: AsJson = False) -> None:
    """Show the processes; exit code 0 when all is ready."""
    found = status.status()
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        status.show(found)
    raise typer.Exit(0 if found["ready"] else 1)


@app.command("doctor", epilog="Example: millrace doctor")
def doctor_(as_json: AsJson = False) -> None:
    """Look for what is wrong, and say what to do; exit code 1 when something must be done."""
    findings = doctor.examine()
    if as_json:
        print(json.dumps(doctor.as_dict(findings), indent=2))
    else:
        _show(findings)
    raise typer.Exit(0 if doctor.healthy(findings) else 1)


def _show(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in findings:
        console.print(f"{MARKS[one.level]}  {one.what}: {escape(one.says)}")
        if one.do and one.level != "ok":
            console.print(f"      {escape(one.do)}", style="bold")


if __name__ == "__main__":
    app()
