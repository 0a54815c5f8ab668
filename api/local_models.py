"""Models on the machine of the API, for those who run the platform: listed and removed."""

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, Field

from api.ledger.noting import note
from api.operations import operation
from api.shapes import Problem
from millrace.audit import Act
from millrace.catalog import live
from millrace.catalog.catalog import Catalog
from millrace.errors import Conflict, NotFound
from millrace.identity.permissions import Permission
from millrace.machine import discover
from millrace.machine.models.listing import listing
from millrace.machine.models.remove import NotHere, NotRemoved, remove
from millrace.machine.place import Unfit


class LocalModel(BaseModel):
    """A model on this machine, or of the catalog."""

    name: str
    engine: str | None = Field(description="null: it is here, and in no catalog.")
    lane: str | None
    where: str
    bytes: int | None


class LocalModels(BaseModel):
    """All there are."""

    object: Literal["list"] = "list"
    data: list[LocalModel]


class Removal(BaseModel):
    """What was done."""

    name: str
    done: list[str]


@operation(
    "GET /api/v1/admin/local-models",
    summary="List the models of this machine",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: LocalModels, 409: Problem},
)
def list_local_models() -> LocalModels:
    """Those of the catalog and where they are, then files and models of Ollama's that are here and not in it."""
    found = [asdict(one) | {"engine": one.engine or None, "lane": one.lane or None} for one in listing(_catalog())]
    return LocalModels(object="list", data=[LocalModel(**one) for one in found])


@operation(
    "DELETE /api/v1/admin/local-models/<path:name>",
    summary="Remove a model from this machine",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: Removal, 404: Problem, 409: Problem},
)
def remove_local_model(name: str) -> Removal:
    """Its file or Ollama's copy, and the entry in models.toml that Millrace wrote for it. A process that has it loaded
    keeps it until it ends; `DELETE /api/v1/admin/models/<name>` takes it out of the running catalog."""
    if not name.isprintable():
        raise NotFound
    note(Act.model_removed, f"model:{name}")
    try:
        return Removal(name=name, done=remove(name, _catalog()))
    except NotHere as failure:
        raise NotFound(str(failure)) from None
    except NotRemoved as failure:
        raise Conflict(str(failure)) from None


def _catalog() -> Catalog:
    """The files as they are now, which this process read when it began, and the table over them. Raises Conflict."""
    try:
        return live.over(discover.catalog(), live.rows())
    except Unfit as wrong:
        raise Conflict(str(wrong)) from None
