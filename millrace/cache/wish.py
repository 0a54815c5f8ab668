"""What a request wants of the caches: its header `x-millrace-cache` says so, or the field `cache` of its body."""

from enum import StrEnum
from typing import Any

from millrace.errors import InvalidField

HEADER = "x-millrace-cache"

#: The field of a body. What is not ours in it (some backends have one of that name) is the backend's.
FIELD = "cache"

EMBEDDINGS = "/v1/embeddings"


class Wish(StrEnum):
    """`refresh` asks anew and keeps the answer; `semantic` takes one to a question of the same meaning, too."""

    on = "on"
    off = "off"
    refresh = "refresh"
    semantic = "semantic"


WORDS = frozenset(Wish)


def said(header: str | None, body: dict[str, Any]) -> Wish | None:
    """What a request says, if it says anything; the header wins. Raises InvalidField."""
    if header is None:
        return _of_field(body.get(FIELD))
    try:
        return Wish(header.strip().lower())
    except ValueError:
        known = ", ".join(Wish)
        raise InvalidField(f"{HEADER}: one of {known}.", param=HEADER) from None


def _of_field(given: Any) -> Wish | None:
    if isinstance(given, bool):
        return Wish.on if given else Wish.off
    return Wish(given) if isinstance(given, str) and given in WORDS else None


def taken(body: dict[str, Any]) -> Wish | None:
    """What a stored body says, taken out of it: it is nothing to a backend."""
    found = _of_field(body.get(FIELD))
    if found is not None:
        del body[FIELD]
    return found


def deterministic(endpoint: str, body: dict[str, Any]) -> bool:
    """Whether the same request has the same answer: embeddings, and what is asked at temperature 0."""
    temperature = body.get("temperature")
    return endpoint == EMBEDDINGS or (isinstance(temperature, int | float) and temperature == 0)
