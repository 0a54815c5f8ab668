"""The live catalog, for those who run the platform: models, aliases and lanes, effective everywhere within seconds."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection

from api.catalog_shapes import (
    AliasEntry,
    CatalogAlias,
    CatalogLane,
    CatalogModel,
    Contents,
    DeleteQuery,
    LaneEntry,
    ModelEntry,
)
from api.ledger.noting import note
from api.operations import operation
from api.shapes import Problem
from millrace import db
from millrace.audit import Act
from millrace.catalog import edits, live
from millrace.catalog.alias import Alias
from millrace.catalog.catalog import Lane, Model, of_files
from millrace.catalog.edits import Kind
from millrace.errors import InvalidField, NotFound
from millrace.identity.permissions import Permission
from millrace.routing.measures import served

#: The pool whose workers take a lane that is made while they run; the others have a process a slot, from their start.
TAKES_LANES = "remote"

Entry = TypeVar("Entry", Model, Alias, Lane)


@operation(
    "GET /api/v1/admin/catalog",
    summary="Look at the catalog",
    answers={200: Contents},
    tag="Administration",
    permission=Permission.platform_admin,
)
def show_catalog() -> Contents:
    """Everything as it is now, whether a file or an administrator says so. Secrets are not in it, only their names."""
    found, table = live.look(), {(kind, name) for kind, name, entry in live.rows() if entry is not None}
    return Contents(
        object="catalog",
        models=[CatalogModel(**_shown("model", each, table)) for each in found.models.values()],
        aliases=[CatalogAlias(**_shown_alias(each, table)) for each in found.aliases.values()],
        lanes=[CatalogLane(**_shown("lane", each, table)) for each in found.lanes.values()],
    )


@operation(
    "PUT /api/v1/admin/models/<path:name>",
    summary="Make or change a model",
    body=ModelEntry,
    answers={200: CatalogModel, 409: Problem},
    tag="Administration",
    permission=Permission.platform_admin,
)
def put_model(name: str, body: ModelEntry) -> CatalogModel:
    """The whole entry, in the place of what the files or an earlier edit say. Requests may name it at once."""
    model = _entry(Model, name, body)
    with db.transaction() as connection:
        edits.put_model(connection, model)
        _note(connection, Act.model_set, "model", model)
    return CatalogModel(**_put("model", model))


@operation(
    "DELETE /api/v1/admin/models/<path:name>",
    summary="Delete a model",
    query=DeleteQuery,
    answers={204: "It is gone; jobs that wait for it fail.", 404: Problem, 409: Problem},
    tag="Administration",
    permission=Permission.platform_admin,
)
def delete_model(name: str, query: DeleteQuery) -> Any:
    """Also one of models.toml, until it is set again, or deleted with `keep_file`. What runs is finished."""
    return _delete("model", name, query, Act.model_deleted)


@operation(
    "PUT /api/v1/admin/aliases/<path:name>",
    summary="Make or change an alias",
    body=AliasEntry,
    answers={200: CatalogAlias, 409: Problem},
    tag="Administration",
    permission=Permission.platform_admin,
)
def put_alias(name: str, body: AliasEntry) -> CatalogAlias:
    """A name that stands for whichever of several models suits a request: `best`, `fast`, `cheap`, `private` too."""
    alias = _entry(Alias, name, body)
    with db.transaction() as connection:
        edits.put_alias(connection, alias)
        _note(connection, Act.alias_set, "alias", alias)
    return CatalogAlias(**_put("alias", alias))


@operation(
    "DELETE /api/v1/admin/aliases/<path:name>",
    summary="Delete an alias",
    query=DeleteQuery,
    answers={204: "It stands for nothing any more; a built-in one is as it was.", 404: Problem},
    tag="Administration",
    permission=Permission.platform_admin,
)
def delete_alias(name: str, query: DeleteQuery) -> Any:
    """Jobs that were routed by it keep their model."""
    return _delete("alias", name, query, Act.alias_deleted)


@operation(
    "PUT /api/v1/admin/lanes/<path:name>",
    summary="Make a lane",
    body=LaneEntry,
    answers={200: CatalogLane, 409: Problem},
    tag="Administration",
    permission=Permission.platform_admin,
)
def put_lane(name: str, body: LaneEntry) -> CatalogLane:
    """In the pool `remote`, if one of its workers runs: it begins there within seconds. Lanes of other pools have a
    process a slot, which begin with their worker: put them into models.toml."""
    lane = _entry(Lane, name, body)
    known = live.look().lanes
    running = {known[each].pool for each in served.look() if each in known} & {TAKES_LANES}
    with db.transaction() as connection:
        edits.put_lane(connection, lane, frozenset(running))
        _note(connection, Act.lane_set, "lane", lane)
    return CatalogLane(**_put("lane", lane))


@operation(
    "DELETE /api/v1/admin/lanes/<path:name>",
    summary="Delete a lane",
    query=DeleteQuery,
    answers={204: "No model can name it any more.", 404: Problem, 409: Problem},
    tag="Administration",
    permission=Permission.platform_admin,
)
def delete_lane(name: str, query: DeleteQuery) -> Any:
    """One that no model names."""
    return _delete("lane", name, query, Act.lane_deleted)


def _entry(kind: type[Entry], name: str, body: BaseModel) -> Entry:
    """Raises InvalidField."""
    if not name.isprintable():
        raise InvalidField("name: printable characters.", param="name")
    given = {field: value for field, value in body.model_dump(exclude_unset=True).items() if value is not None}
    try:
        return kind.model_validate(given | {"name": name})
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_context=False, include_input=False)[0]
        param = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidField(f"{param}: {first['msg']}", param=param) from None


def _note(connection: Connection, act: Act, kind: Kind, entry: Model | Alias | Lane) -> None:
    note(act, f"{kind}:{entry.name}", entry.model_dump(mode="json", exclude_unset=True), connection=connection)


def _put(kind: Kind, entry: Model | Alias | Lane) -> dict[str, Any]:
    live.look()
    return _shown(kind, entry, {(kind, entry.name)})


def _delete(kind: Kind, name: str, query: DeleteQuery, act: Act) -> Any:
    if not name.isprintable():
        raise NotFound
    with db.transaction() as connection:
        edits.delete(connection, kind, name, keep_file=query.keep_file)
        note(act, f"{kind}:{name}", {"keep_file": query.keep_file}, connection=connection)
    live.look()
    return "", 204


def _shown(kind: Kind, entry: Model | Alias | Lane, table: set[tuple[str, str]]) -> dict[str, Any]:
    source = "table" if (kind, entry.name) in table else "file"
    return {"name": entry.name, "source": source, "entry": entry.model_dump(mode="json", exclude={"name"})}


def _shown_alias(alias: Alias, table: set[tuple[str, str]]) -> dict[str, Any]:
    shown = _shown("alias", alias, table)
    built_in = shown["source"] == "file" and alias.name not in of_files().declared_aliases
    return shown | ({"source": "built_in"} if built_in else {})
