"""Models that this machine has already: what Ollama serves, and the GGUF files in the home.

Other servers are in vendors.py; entries.py writes what is found into the catalog.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from millrace.catalog.catalog import SHIPPED, Catalog, CatalogError, read
from millrace.engines.addresses import url_of
from millrace.machine.place import Unfit
from millrace.settings import settings

#: Seconds for Ollama to say that it is there.
OLLAMA_PATIENCE = 1.0

#: What marks a model that embeds and cannot chat.
EMBEDDERS = ("embed", "minilm", "bge-")


@dataclass(frozen=True)
class Lane:
    """The lane of a model that was found, for a catalog that does not have it yet."""

    name: str
    pool: str
    slots: int


@dataclass(frozen=True)
class Found:
    """A model, the catalog entry that it needs, and where it was found."""

    name: str
    lane: Lane
    fields: dict[str, Any]
    why: str


#: As many at a time as Ollama takes by default; it queues the rest itself, and unfairly.
OLLAMA = Lane("local.ollama", "local", 2)
GGUF = Lane("local.cpu", "local", 2)
#: llama.cpp embeds one text after the other: the second slot hides what a job costs in the database.
EMBEDDING = Lane("cpu.embed", "local", 2)


def ollama_url() -> str:
    """Where Ollama is, or would be."""
    return url_of("ollama").rstrip("/")


def ollama_models() -> list[Found] | None:
    """What Ollama serves, the smallest first; None when it does not answer."""
    try:
        with urlopen(f"{ollama_url()}/api/tags", timeout=OLLAMA_PATIENCE) as reply:
            listed = json.load(reply)["models"]
        by_size = sorted(listed, key=lambda model: int(model.get("size", 0)))
        return [of_ollama(str(model["name"])) for model in by_size if _chats(str(model["name"]))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def gguf_models() -> list[Found]:
    """The GGUF files in the home, the smallest first."""
    files = sorted((settings().home / "models").glob("*.gguf"), key=lambda file: file.stat().st_size)
    return [gguf(file) for file in files if _chats(file.stem)]


def gguf(file: Path) -> Found:
    """A model file, run by llama.cpp in a process of ours."""
    name = file.stem.lower()
    fields: dict[str, Any] = {"engine": "local", "path": str(file.resolve())}
    if not _chats(name):
        return Found(name, EMBEDDING, fields | {"capabilities": ["embeddings"], "context": 512}, f"in {file.parent}")
    return Found(name, GGUF, fields, f"in {file.parent}")


def of_ollama(name: str) -> Found:
    """A model that Ollama has."""
    fields: dict[str, Any] = {"engine": "ollama", "url": ollama_url()}
    if not _chats(name):
        fields["capabilities"] = ["embeddings"]
    return Found(name, OLLAMA, fields, f"Ollama at {ollama_url()} has it")


def _chats(name: str) -> bool:
    return not any(mark in name.lower() for mark in EMBEDDERS)


def catalog() -> Catalog:
    """The catalog as it is on disk now."""
    try:
        own = settings().catalog_path
        return read(SHIPPED, own) if own.exists() else read(SHIPPED)
    except CatalogError as wrong:
        raise Unfit(f"The catalog cannot be used: {wrong}") from wrong
