"""What models there are: those of the catalog, and those that are here and not in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.catalog.catalog import Catalog, Model
from millrace.engines.local.state import state
from millrace.machine import discover
from millrace.machine.models import ollama
from millrace.settings import settings


@dataclass(frozen=True)
class Listed:
    """A model, where it is, and its bytes, where anybody knows them. Without an engine it is in no catalog."""

    name: str
    engine: str
    lane: str
    where: str
    bytes: int | None


def listing(catalog: Catalog | None = None) -> list[Listed]:
    """By name, those of the catalog first: of the one on disk, unless another is given. Raises Unfit."""
    sizes = ollama.sizes() or {}
    known = list((catalog or discover.catalog()).models.values())
    found = [_of_catalog(model, sizes) for model in sorted(known, key=lambda model: model.name)]
    names = {model.upstream_name for model in known if model.engine == "ollama"}
    found += [Listed(name, "", "", discover.ollama_url(), sizes[name]) for name in sorted(sizes) if name not in names]
    files = {file_of(model) for model in known}
    return found + [Listed(file.stem, "", "", str(file), _bytes(file)) for file in _files() if file not in files]


def _of_catalog(model: Model, sizes: dict[str, int]) -> Listed:
    file = file_of(model)
    where = model.url or (str(file) if file else "")
    size = _bytes(file) if file else sizes.get(model.upstream_name) if model.engine == "ollama" else None
    return Listed(model.name, model.engine, model.lane, where, size)


def file_of(model: Model) -> Path | None:
    """The file of a model that a process of ours holds."""
    return settings().home / "models" / model.path if model.engine == "local" and model.path else None


def states() -> list[dict[str, Any]]:
    """`{model, file, state, error, since, slots, busy}` of each local model."""
    held = {model.name: file_of(model) for model in discover.catalog().models.values() if not model.url}
    return [{"model": name, "file": str(file)} | state(name) for name, file in sorted(held.items()) if file]


def _files() -> list[Path]:
    return sorted((settings().home / "models").glob("*.gguf"))


def _bytes(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None
