"""What is found is written into models.toml, each entry once, with a comment that says where it comes from.

A file that CATALOG names is somebody's own, and is left alone. Nothing is changed or removed but what we wrote.
"""

import fcntl
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from millrace.catalog.catalog import SHIPPED, CatalogError, File, read
from millrace.machine.discover import Found, Lane, catalog
from millrace.settings import settings

#: Begins the comment above an entry of ours.
MARK = "# Found by Millrace: "

#: From our comment to the next table or comment of the file, or to its end.
_ENTRY = re.compile(rf"\n?^{re.escape(MARK)}[^\n]*\n\[\[models\]\]\n(?:[^\[#\n][^\n]*\n?)*", re.MULTILINE)


def add(found: Iterable[Found]) -> list[str]:
    """Write what the catalog does not have yet; gives the names that were added."""
    if settings().catalog:
        return []
    with _turn():
        return _add(found)


def _add(found: Iterable[Found]) -> list[str]:
    known = catalog()
    new = list({model.name: model for model in found if model.name not in known.models and _fits(model)}.values())
    lanes = {model.lane.name: model.lane for model in new if model.lane.name not in known.lanes}
    if new:
        path = settings().catalog_path.resolve()
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        _write(path, before + "".join(map(_lane, lanes.values())) + "".join(map(entry, new)))
    return [model.name for model in new]


def forget(name: str) -> bool:
    """Remove the entry that we wrote for this model; False where there is none."""
    path = settings().catalog_path.resolve()
    if settings().catalog or not path.exists():
        return False
    with _turn():
        before = path.read_text(encoding="utf-8")
        for block in _ENTRY.finditer(before):
            if _names(block[0]) == [name]:
                _write(path, before[: block.start()] + before[block.end() :])
                return True
    return False


@contextmanager
def _turn() -> Iterator[None]:
    """Of two that write at once one would lose what the other wrote."""
    with (settings().home / ".models.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(found: Found) -> str:
    """The lines of the catalog for this model."""
    fields = {"name": found.name, "lane": found.lane.name} | found.fields
    why = " ".join(found.why.split())
    return f"\n{MARK}{why}.\n[[models]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items())


def _lane(lane: Lane) -> str:
    return f'\n[lanes."{lane.name}"]\npool = {_toml(lane.pool)}\nslots = {lane.slots}\n'


def _toml(value: Any) -> str:
    """JSON's strings, numbers and lists are TOML's, and a name may hold anything."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    # JSON leaves DEL as it is, which TOML does not take.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _fits(found: Found) -> bool:
    """Servers may call their models what they like: what no catalog can hold is left out."""
    try:
        File.model_validate(tomllib.loads(entry(found).encode().decode()))
    except ValueError:
        return False
    return True


def _names(block: str) -> list[str]:
    try:
        return [str(model.get("name")) for model in tomllib.loads(block)["models"]]
    except (tomllib.TOMLDecodeError, KeyError):
        return []


def _write(path: Path, text: str) -> None:
    """Whole, or not at all; and only what can be read again."""
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".models-", suffix=".toml")
    part = Path(made)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        read(SHIPPED, part)
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    except (OSError, CatalogError):
        part.unlink(missing_ok=True)
        raise
