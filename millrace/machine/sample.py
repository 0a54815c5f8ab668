"""The first job: which model answers it, and why that one."""

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from millrace.machine import discover, entries
from millrace.machine.fetch import FetchError, Pinned, fetch, sample_model
from millrace.settings import settings

QUESTION = "In two sentences: what does a millrace do?"

#: Tokens: enough for two sentences, on any machine within seconds.
ANSWER_TOKENS = 120

#: Seconds to wait for somebody to say yes.
ANSWER_PATIENCE = 60.0


@dataclass(frozen=True)
class Choice:
    """A model, and why the sample uses it."""

    model: str
    why: str

    def request(self) -> dict[str, object]:
        """The job to submit."""
        messages = [{"role": "user", "content": QUESTION}]
        body = {"model": self.model, "messages": messages, "max_tokens": ANSWER_TOKENS}
        return {"endpoint": "/v1/chat/completions", "body": body, "metadata": {"from": "millrace up"}}


def choose(console: Console) -> Choice:
    """Ollama's, else a GGUF of the home's, else one fetched once, else the demo."""
    served = discover.ollama_models()
    if served:
        entries.add(served)
        return _if_listed(served[0].name, f"Ollama answers at {discover.ollama_url()}")
    files = discover.gguf_models() or _fetched(console)
    if files:
        entries.add(files)
        return _if_listed(files[0].name, f"{settings().home / 'models'} holds it")
    ollama = "serves no chat model" if served == [] else "does not answer"
    return Choice("demo", f"Ollama {ollama}, and {settings().home / 'models'} holds no GGUF file")


def _if_listed(model: str, why: str) -> Choice:
    if model in discover.catalog().models:
        return Choice(model, why)
    return Choice("demo", f"{model} is there, but {settings().catalog} does not list it")


def _fetched(console: Console) -> list[discover.Found]:
    """Offer a small model: once, to a person, and never in the way of the start."""
    declined = settings().home / "models" / ".declined"
    if not _at_a_terminal() or declined.exists():
        return []
    pinned = sample_model()
    if not _accepted(console, pinned):
        declined.touch()
        console.print(f"Not fetched, and not asked again (remove {declined} to be asked).")
        return []
    target = settings().home / "models" / f"{pinned.name}.gguf"
    try:
        _fetch_with_bar(console, pinned, target)
    except FetchError as failure:
        console.print(f"[yellow]{failure}[/]", highlight=False)
        return []
    return [discover.gguf(target)]


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def _accepted(console: Console, pinned: Pinned) -> bool:
    size = f" ({pinned.bytes / 1e6:.0f} MB)" if pinned.bytes else ""
    with _keys_at_once():
        console.print(f"This machine has no model yet. Fetch [bold]{pinned.name}[/]{size} once? \\[y/N] ", end="")
        ready, _, _ = select.select([sys.stdin], [], [], ANSWER_PATIENCE)
        key = os.read(sys.stdin.fileno(), 1) if ready else b""
    console.print()
    return key in {b"y", b"Y"}


@contextmanager
def _keys_at_once() -> Iterator[None]:
    """The terminal hands over each key as it is pressed."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _fetch_with_bar(console: Console, pinned: Pinned, target: Path) -> None:
    columns = (TextColumn(pinned.name), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=pinned.bytes or None)
        fetch(pinned, target, lambda have, total: bar.update(task, completed=have, total=total or None))
