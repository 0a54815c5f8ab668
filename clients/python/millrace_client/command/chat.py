"""`millrace chat`: a conversation, kept while it lasts."""

import sys
from contextlib import suppress
from typing import Any

import typer

from millrace_client.command import session, showing
from millrace_client.command.run import Model, System, answer
from millrace_client.errors import MillraceError

app = typer.Typer()

KNOWN = "/new begins again, /model NAME asks another one, /quit ends."


@app.command(epilog="Example: millrace chat --model demo --system 'Answer in one sentence.'")
def chat(model: Model = None, system: System = None) -> None:
    """Talk with a model: it is told what was said before. Ctrl-C stops an answer, Ctrl-D ends."""
    first = [{"role": "system", "content": system}] if system else []
    with session.connect() as client:
        named, messages = session.model(client, model), list(first)
        showing.say(f"{named}. {KNOWN}")
        while (said := _line()) is not None:
            word, _, rest = said.partition(" ")
            if word == "/quit":
                return
            if word == "/new":
                messages = list(first)
            elif word == "/model" and rest:
                named = rest.strip()
            elif word.startswith("/") or not said:
                showing.say(KNOWN)
            else:
                messages = _turn(client, named, messages, said)


def _turn(client: Any, model: str, messages: list[dict[str, str]], said: str) -> list[dict[str, str]]:
    """The conversation afterwards; as it was before where no answer came."""
    asked = [*messages, {"role": "user", "content": said}]
    try:
        text = answer(client, {"model": model, "messages": asked})
    except MillraceError as error:
        showing.say(error.message)
        return messages
    except typer.Exit:
        return messages
    return [*asked, {"role": "assistant", "content": text}]


def _line() -> str | None:
    """What is typed; None at the end."""
    with suppress(ImportError):
        # Importing it gives input() its history and its keys.
        import readline  # noqa: F401
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        showing.say("")
        return None
