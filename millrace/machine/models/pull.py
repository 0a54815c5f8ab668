"""Getting a model, step by step, whoever asks: the command prints the steps, an admin's call streams them.

A name is the embedding model's, one of the pinned files', or one that Ollama knows; an address needs its SHA-256.
Whoever stops in the middle loses nothing: files keep what came, Ollama keeps its layers.
"""

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from millrace.engines.failures import Failure
from millrace.engines.local.embed import MODEL
from millrace.machine import discover, entries
from millrace.machine.discover import Found
from millrace.machine.fetch import Busy, FetchError, Pinned, fetching
from millrace.machine.models import hashes, minilm, ollama, pins
from millrace.settings import settings

Step = Literal["fetch", "make", "done"]


Why = Literal["unknown", "busy", "failed"]


class PullError(Exception):
    """The model could not be had; the message says why. `code`: nobody knows it, somebody gets it now, or it failed."""

    def __init__(self, message: str, code: Why = "failed") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Progress:
    """Where a pull is: bytes there, and bytes in all (0 while unknown). The last one is `done` and says what came."""

    step: Step
    have: int = 0
    total: int = 0
    #: At the end: what the model is called, its catalog entry, and whether it was written to models.toml or was there.
    model: str = ""
    entry: str = ""
    listed: bool = False


def pull(name: str, sha256: str = "") -> Generator[Progress, None, None]:
    """Get a model and list it in the catalog; `close()` ends it early. Raises PullError."""
    try:
        if name == MODEL:
            yield from _embedding_model()
        elif name.startswith(("http://", "https://")):
            yield from _file(pins.of_url(name, sha256))
        elif pinned := pins.pinned_files().get(name):
            yield from _file(pinned)
        else:
            yield from _of_ollama(name)
    except Busy as failure:
        raise PullError(str(failure), "busy") from failure
    except (FetchError, minilm.NotMade, pins.Unpinned, Failure) as failure:
        raise PullError(str(failure), "unknown" if _is_unknown(failure) else "failed") from failure


def _is_unknown(failure: Exception) -> bool:
    return isinstance(failure, Failure) and failure.code == "model_not_found"


def _embedding_model() -> Iterator[Progress]:
    file = minilm.file()
    if not (file.exists() and hashes.verdict(file) == "right"):
        file.parent.mkdir(parents=True, exist_ok=True)
        here = minilm.source()
        yield Progress("make" if here else "fetch")
        with nullcontext(here) if here else minilm.downloaded() as source:
            yield Progress("make")
            minilm.make(source)
    yield _listed(minilm.entry())


def _file(pinned: Pinned) -> Iterator[Progress]:
    target = settings().home / "models" / f"{pinned.name}.gguf"
    if not _have(target, pinned.sha256):
        target.parent.mkdir(parents=True, exist_ok=True)
        for have, total in fetching(pinned, target):
            yield Progress("fetch", have, total or pinned.bytes)
    yield _listed(discover.gguf(target))


def _have(target: Path, sha256: str) -> bool:
    return target.is_file() and hashes.sha256(target) == sha256


def _of_ollama(name: str) -> Iterator[Progress]:
    if ollama.sizes() is None:
        files = ", ".join([MODEL, *pins.pinned_files()])
        message = f"No file is pinned as {name} ({files} are), and no Ollama answers at {discover.ollama_url()}"
        raise PullError(message, "unknown")
    for have, total in ollama.pull(name):
        yield Progress("fetch", have, total)
    yield _listed(discover.of_ollama(ollama.tagged(name)))


def _listed(found: Found) -> Progress:
    entries.add([found])
    listed = found.name in discover.catalog().models
    return Progress("done", model=found.name, entry=entries.entry(found), listed=listed)
