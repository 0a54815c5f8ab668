"""Lists that grow: a page at a time, `after` the last one of the page before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from millrace import ids
from millrace.errors import InvalidField

#: Text of a query string, where NUL is not refused before.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class PageQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="ignore")

    after: Annotated[Text, Field(max_length=100)] | None = Field(None, description="`last_id` of the page before.")
    limit: int = Field(20, ge=1, le=100)


class Page(BaseModel):
    """What every list that grows has beside its `data`."""

    object: Literal["list"] = "list"
    first_id: str | None
    last_id: str | None
    has_more: bool


Some = TypeVar("Some", bound=Page)


def cursor(prefix: str, after: str | None) -> str | None:
    """The identifier that a page comes after. Raises InvalidField."""
    parsed = ids.parse(prefix, after) if after is not None else None
    if after is not None and parsed is None:
        raise InvalidField("after: the `last_id` of the page before.", param="after")
    return parsed


def page(shape: type[Some], found: Sequence[Any], limit: int) -> Some:
    """A page of these, of which one more than `limit` was asked for. Each has an `id`."""
    shown = found[:limit]
    return shape.model_validate(
        {
            "object": "list",
            "data": [each.model_dump() for each in shown],
            "first_id": shown[0].id if shown else None,
            "last_id": shown[-1].id if shown else None,
            "has_more": len(found) > limit,
        }
    )


def seconds(moment: datetime | None) -> int | None:
    """A time as answers show it: Unix seconds."""
    return int(moment.timestamp()) if moment else None
