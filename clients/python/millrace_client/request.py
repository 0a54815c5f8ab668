"""One request, before anybody sends it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import quote

JOBS, BATCHES, FILES, KEYS = "/api/v1/jobs", "/api/v1/batches", "/v1/files", "/api/v1/keys"
SCHEDULES = "/api/v1/schedules"
ENDPOINTS, DELIVERIES = "/api/v1/webhooks/endpoints", "/api/v1/webhooks/deliveries"


@dataclass(frozen=True, slots=True)
class Request:
    """`query` and `body` without the fields that are None. `safe`: sent twice it does the same as once."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Fields of a multipart form, and its file: a name and what to read.
    form: Mapping[str, str] = field(default_factory=dict)
    file: tuple[str, IO[bytes]] | None = None
    safe: bool | None = None

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        known = self.method in ("GET", "PUT", "DELETE") or "Idempotency-Key" in self.headers
        return known if self.safe is None else self.safe


def to(*parts: str) -> str:
    """`/a/b` and identifiers, as a path."""
    first, *rest = parts
    return "/".join((first, *(quote(part, safe="") for part in rest)))


def given(**fields: Any) -> dict[str, Any]:
    """Those that are not None; a trailing underscore avoids Python's own words."""
    return {name.rstrip("_"): value for name, value in fields.items() if value is not None}


def once(key: str | None) -> dict[str, str]:
    """The header that makes a retry safe; a new key where the caller has none."""
    return {"Idempotency-Key": key or uuid.uuid4().hex}
