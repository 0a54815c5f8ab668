"""Editing the live catalog: what is wrong with an edit is said before it is made, not by the processes after it."""

import json
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Connection, text

from millrace.catalog import live
from millrace.catalog.alias import Alias
from millrace.catalog.catalog import Catalog, Lane, Model, of_files
from millrace.errors import Conflict, InvalidField, NotFound

Kind = Literal["lane", "model", "alias"]

#: Entries that the table may hold: every process reads it whole.
MOST = 5_000

#: Editors take turns, so that what one looked at still holds when it writes.
_TURN = text("SELECT version FROM catalog_version FOR UPDATE")

_PUT = text("""
INSERT INTO catalog_entries (kind, name, entry) VALUES (:kind, :name, CAST(:entry AS jsonb))
ON CONFLICT (kind, name) DO UPDATE SET entry = excluded.entry, changed_at = now()
""")

_DELETE = text("DELETE FROM catalog_entries WHERE kind = :kind AND name = :name")

_ROWS = text("SELECT kind, name, entry::text FROM catalog_entries ORDER BY kind, name")


def put_model(connection: Connection, model: Model) -> None:
    """Make or change a model. Raises InvalidField (its lane or a fallback is not there), Conflict."""
    found = _turn(connection)
    if model.lane not in found.lanes:
        known = ", ".join(sorted(found.lanes)[:20])
        message = f"lane: there is no lane {model.lane!r}. There are: {known}. PUT /api/v1/admin/lanes makes one."
        raise InvalidField(message, param="lane")
    for other in model.fallback:
        if other not in found.models or other == model.name:
            raise InvalidField(f"fallback: {other!r} is no other model.", param="fallback")
    if model.name in found.declared_aliases:
        raise Conflict("An alias has that name. Delete it first.")
    _write(connection, "model", model)


def put_alias(connection: Connection, alias: Alias) -> None:
    """Make or change an alias, a built-in one too. Raises InvalidField, Conflict."""
    found = _turn(connection)
    for name in alias.models or ():
        if name not in found.models:
            raise InvalidField(f"models: no model is named {name!r}.", param="models")
    if alias.name in found.models:
        raise Conflict("A model has that name, and would win over the alias.")
    _write(connection, "alias", alias)


def put_lane(connection: Connection, lane: Lane, running: frozenset[str]) -> None:
    """Make a lane in one of the pools that run. Raises InvalidField, Conflict."""
    found = _turn(connection)
    if lane.name in found.lanes:
        raise Conflict("The lane is there already; its slots change with a restart of its worker.")
    if lane.pool not in running:
        pools = ", ".join(sorted(running)) or "none"
        message = f"pool: a lane can be made while everything runs in a pool that can take it. Those running: {pools}."
        raise InvalidField(message, param="pool")
    _write(connection, "lane", lane)


def delete(connection: Connection, kind: Kind, name: str, *, keep_file: bool = False) -> None:
    """Take it out of the catalog, what the files say too; with `keep_file` that holds again. Raises NotFound."""
    found = _turn(connection)
    if keep_file and name in _entries(of_files(), kind):
        connection.execute(_DELETE, {"kind": kind, "name": name})
        return
    if name not in _entries(found, kind):
        raise NotFound(f"No {kind} is named {name[:200]!r}.")
    _keep_what_is_named(found, kind, name)
    connection.execute(_PUT, {"kind": kind, "name": name, "entry": None})


def _entries(found: Catalog, kind: Kind) -> dict[str, Any]:
    entries: dict[Kind, dict[str, Any]] = {"lane": found.lanes, "model": found.models, "alias": found.declared_aliases}
    return entries[kind]


def _keep_what_is_named(found: Catalog, kind: Kind, name: str) -> None:
    """Raises Conflict while something else needs it."""
    if kind == "lane":
        users = [model.name for model in found.models.values() if model.lane == name]
    elif kind == "model":
        users = [model.name for model in found.models.values() if name in model.fallback]
        users += [alias.name for alias in found.declared_aliases.values() if name in (alias.models or ())]
    else:
        return
    if users:
        raise Conflict(f"It is named by {', '.join(users[:10])}. Change that first.")


def _turn(connection: Connection) -> Catalog:
    """The catalog as it is now; nobody else edits it until this transaction is over."""
    connection.execute(_TURN)
    table: list[live.Row] = [(kind, name, entry) for kind, name, entry in connection.execute(_ROWS)]
    return live.over(of_files(), table)


def _write(connection: Connection, kind: Kind, entry: BaseModel) -> None:
    if connection.execute(text("SELECT count(*) FROM catalog_entries")).scalar_one() >= MOST:
        raise Conflict(f"The table of the catalog has {MOST} entries. Delete some first.")
    name: str = entry.name  # type: ignore[attr-defined]
    kept = entry.model_dump(mode="json", exclude_unset=True, exclude={"name"})
    connection.execute(_PUT, {"kind": kind, "name": name, "entry": json.dumps(kept)})
