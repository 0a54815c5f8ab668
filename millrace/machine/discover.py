"""Models that this machine has already: what Ollama serves, and the GGUF files in the home."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from millrace.catalog.catalog import SHIPPED, Catalog, CatalogError, read
from millrace.machine.place import Unfit
from millrace.settings import settings

DEFAULT_OLLAMA = "http://127.0.0.1:11434"

#: Seconds for Ollama to say that it is there.
OLLAMA_PATIENCE = 1.0

#: What marks a model that embeds and cannot chat.
EMBEDDERS = ("embed", "minilm", "bge-")


@dataclass(frozen=True)
class Found:
    """A model that can chat, and the catalog entry that it needs."""

    name: str
    lane: str
    slots: int
    fields: dict[str, str]


def ollama_url() -> str:
    """Where Ollama is, or would be."""
    return (settings().ollama_url or DEFAULT_OLLAMA).rstrip("/")


def ollama_models() -> list[Found] | None:
    """What Ollama serves, the smallest first; None when it does not answer."""
    try:
        with urlopen(f"{ollama_url()}/api/tags", timeout=OLLAMA_PATIENCE) as reply:
            listed = json.load(reply)["models"]
        by_size = sorted(listed, key=lambda model: int(model.get("size", 0)))
        return [_of_ollama(str(model["name"])) for model in by_size if _chats(str(model["name"]))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def gguf_models() -> list[Found]:
    """The GGUF files in the home, the smallest first."""
    files = sorted((settings().home / "models").glob("*.gguf"), key=lambda file: file.stat().st_size)
    return [gguf(file) for file in files if _chats(file.stem)]


def gguf(file: Path) -> Found:
    """A model file, run by llama.cpp in a process of ours."""
    name = file.stem.lower()
    return Found(name, "local.cpu", 2, {"engine": "local", "path": str(file.resolve())})


def _of_ollama(name: str) -> Found:
    # As many at a time as Ollama takes by default; it queues the rest itself, and unfairly.
    return Found(name, "local.ollama", 2, {"engine": "ollama", "url": ollama_url()})


def _chats(name: str) -> bool:
    return not any(mark in name.lower() for mark in EMBEDDERS)


def catalog() -> Catalog:
    """The catalog as it is on disk now."""
    try:
        own = settings().catalog_path
        return read(SHIPPED, own) if own.exists() else read(SHIPPED)
    except CatalogError as wrong:
        raise Unfit(f"The catalog cannot be used: {wrong}") from wrong


def add(found: list[Found]) -> None:
    """Write what the catalog does not have yet into models.toml; a CATALOG of the user's own is left alone."""
    if settings().catalog:
        return
    known = catalog()
    lanes = {model.lane: model for model in found if model.lane not in known.lanes}
    text = "".join(_lane(model) for model in lanes.values())
    text += "".join(_entry(model) for model in found if model.name not in known.models)
    if text:
        with settings().catalog_path.open("a", encoding="utf-8") as file:
            file.write(text)
        catalog()


def _lane(found: Found) -> str:
    return f'\n[lanes."{found.lane}"]\npool = "local"\nslots = {found.slots}\n'


def _entry(found: Found) -> str:
    # JSON's strings are TOML's, and a name may hold anything.
    fields = {"name": found.name, "lane": found.lane} | found.fields
    return "\n[[models]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())
