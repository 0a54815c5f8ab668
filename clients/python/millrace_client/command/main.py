"""`millrace`: the client's commands, and those that other packages plug in; each is imported when it is called."""

import sys
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from millrace_client.command.exits import INTERRUPTED, advice, code
from millrace_client.command.showing import harmless, say
from millrace_client.errors import MillraceError

#: Entry points in this group add commands: its name is the command's, its object a Typer app that has that command.
PLUGINS = "millrace.commands"

#: Ours, and in which module of this folder the app is that has them.
OURS = {
    "run": "run", "chat": "chat", "jobs": "jobs", "batch": "batch", "files": "files", "models": "models",
    "usage": "usage", "quota": "usage", "keys": "keys", "webhooks": "webhooks", "schedules": "schedules",
    "login": "login", "logout": "login", "whoami": "login",
}  # fmt: skip

HELP = """Ask models, run batches, and see what becomes of them.

Exit codes: 0 done, 1 it failed, 2 the command is wrong, 3 not signed in or not allowed, 4 no such thing,
5 a limit is reached, 6 the server does not answer, 130 interrupted.
"""


class Commands(TyperGroup):
    """Finds a command by its name. Where we and a plug-in have the same group, it has the commands of both."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return [*OURS, *sorted(set(plugins()) - set(OURS))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        ours, theirs = OURS.get(cmd_name), plugins().get(cmd_name)
        found = _of(import_module(f"millrace_client.command.{ours}").app, cmd_name) if ours else None
        added = _of(theirs.load(), cmd_name) if theirs else None
        if isinstance(found, TyperGroup) and isinstance(added, TyperGroup):
            found.commands = {**added.commands, **found.commands}
        return found or added


@cache
def plugins() -> dict[str, EntryPoint]:
    """Those that are installed, by the command's name."""
    return {each.name: each for each in entry_points(group=PLUGINS)}


def _of(app: typer.Typer, name: str) -> Any:
    """The command of that name in an app that has several."""
    return get_group(app).commands[name]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """Only its group is needed."""


def main() -> None:
    """The console entry point."""
    for stream in (sys.stdout, sys.stderr):
        # Half a character of a model's is shown as a question mark, and is no reason to fail.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="millrace")
    except MillraceError as error:
        for line in filter(None, (error.message, advice(error))):
            say(harmless(line))
        sys.exit(code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except UnicodeDecodeError:
        sys.exit("What comes in is not text in UTF-8.")
    except BrokenPipeError:
        # Whoever read the pipe has enough. Python would complain when it flushes.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        sys.exit(f"{error.filename or 'It'}: {error.strerror or error}")
