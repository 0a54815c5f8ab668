"""Removing a model: its file or Ollama's copy of it, and the catalog entry that we wrote for it."""

from pathlib import Path

from millrace.catalog.catalog import Catalog, Model
from millrace.engines.failures import Failure
from millrace.machine import discover, entries
from millrace.machine.models import hashes, ollama
from millrace.machine.models.listing import file_of
from millrace.machine.models.pins import NAME
from millrace.settings import settings


class NotRemoved(Exception):
    """The model stays; the message says why."""


class NotHere(NotRemoved):
    """There is no such model."""


def remove(name: str, catalog: Catalog | None = None) -> list[str]:
    """Remove it; gives, in words, what was done. `catalog`: as for `listing`. Raises NotRemoved, Unfit."""
    known = (catalog or discover.catalog()).models
    model = known.get(name)
    if model is None:
        done = _unlisted(name)
    elif model.engine == "ollama":
        done = _of_ollama(model.upstream_name)
    elif file := file_of(model):
        done = _file(file, model, known)
    else:
        done = []
    if entries.forget(name):
        return [*done, f"{settings().catalog_path} lists it no more"]
    if model is not None:
        done.append(f"{name} is still in the catalog, in an entry that somebody else wrote")
    return done


def _unlisted(name: str) -> list[str]:
    """A name is looked up, and never a path: what it may remove is in one folder."""
    file = settings().home / "models" / f"{name}.gguf"
    if NAME.fullmatch(name) and (file.is_file() or _half(file).is_file()):
        return _unlink(file)
    if ollama.tagged(name) in (ollama.sizes() or {}):
        return _of_ollama(name)
    raise NotHere(f"No model is named {name}: `millrace models ls` shows those there are")


def _of_ollama(name: str) -> list[str]:
    try:
        ollama.remove(ollama.tagged(name))
    except Failure as failure:
        raise NotRemoved(failure.message) from failure
    return [f"removed {name} from Ollama"]


def _file(file: Path, model: Model, known: dict[str, Model]) -> list[str]:
    if file.resolve().parent != (settings().home / "models").resolve():
        raise NotRemoved(f"{file} is not in {settings().home / 'models'}: remove it yourself")
    others = [one.name for one in known.values() if one.name != model.name and file_of(one) == file]
    if others:
        return [f"{file} stays, for {', '.join(others)}"]
    return _unlink(file)


def _unlink(file: Path) -> list[str]:
    """A process that holds it keeps it in memory until it ends."""
    found = [one for one in (file, _half(file)) if one.exists()]
    for one in (file, hashes.sidecar(file), _half(file)):
        one.unlink(missing_ok=True)
    return [f"removed {one}" for one in found] or [f"{file} was gone already"]


def _half(file: Path) -> Path:
    """What came of a pull that was stopped."""
    return file.with_name(file.name + ".part")
