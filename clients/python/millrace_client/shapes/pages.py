"""Pages of lists."""

from typing import TypedDict


class Page(TypedDict):
    """What lists have beside their `data`."""

    first_id: str | None
    last_id: str | None
    has_more: bool
