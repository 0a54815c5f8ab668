"""The catalog that administrators edit while everything runs: a table over the files, by name.

Each process reads the table again within two seconds of a change; a look costs one number while there is none. What is
deleted leaves a row without an entry, which hides what the files say; waiting jobs of such a model are failed by the
sweep (millrace/jobs/deleted.py). An entry that does not fit any more is passed over: no edit can stop a process.
"""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from millrace import db
from millrace.catalog.alias import Alias
from millrace.catalog.catalog import Catalog, Lane, Model, of_files, take_from, wrong_with
from millrace.recent import Recent
from millrace.telemetry import logger

log = logger(__name__)

_VERSION = "SELECT version FROM catalog_version"
_READ = "SELECT kind, name, entry::text FROM catalog_entries ORDER BY kind, name"

#: Seconds for which what was read is good, and for which it will still do while it is read anew.
FRESH, STALE = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class _Read:
    """A catalog and the table's version that it was made of."""

    version: int
    catalog: Catalog | None


def _look(last: _Read) -> _Read:
    version = int(db.call(_VERSION)[0][0])
    if last.catalog is not None and version == last.version:
        return last
    return _Read(version, over(of_files(), rows()))


_recent: Recent[_Read] = Recent(_look, _Read(-1, None), fresh=FRESH, stale=STALE)


def follow() -> None:
    """Let `catalog()` be live in this process, which must be allowed to ask the database."""
    take_from(_catalog)


def _catalog() -> Catalog:
    return _recent().catalog or of_files()


def look() -> Catalog:
    """The catalog as it is this moment."""
    return _recent.look().catalog or of_files()


Row = tuple[str, str, str | None]


def rows() -> list[Row]:
    """(kind, name, entry as JSON text or None where it was deleted)."""
    return [(kind, name, entry) for kind, name, entry in db.call(_READ)]


def over(files: Catalog, table: list[Row]) -> Catalog:
    """What the files say, with the table over it. What cannot be read or does not fit is left out, and logged."""
    lanes, models, aliases = dict(files.lanes), dict(files.models), dict(files.declared_aliases)
    kinds: dict[str, tuple[type[Any], dict[str, Any]]] = {
        "lane": (Lane, lanes), "model": (Model, models), "alias": (Alias, aliases)
    }  # fmt: skip
    for kind, name, entry in table:
        made, into = kinds[kind]
        if entry is None:
            into.pop(name, None)
            continue
        try:
            into[name] = made.model_validate(json.loads(entry) | {"name": name})
        except ValidationError as wrong:
            log.error("an entry of the catalog's table cannot be used", kind=kind, name=name, error=str(wrong))
    return _fitting(Catalog(lanes, models, aliases))


def _fitting(found: Catalog) -> Catalog:
    """Without models whose lane is gone; fallbacks and aliases that name what is gone do without it."""
    for model in list(found.models.values()):
        kept = tuple(name for name in model.fallback if name in found.models and name != model.name)
        if kept != model.fallback:
            found.models[model.name] = model = model.model_copy(update={"fallback": kept})
        if wrong := wrong_with(model, found):
            log.error("a model of the catalog's table cannot be used", error=wrong)
            del found.models[model.name]
    return found
