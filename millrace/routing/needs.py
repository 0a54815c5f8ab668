"""What a request needs of a model beyond its endpoint."""

from collections.abc import Iterator, Mapping
from typing import Any

#: Parts of a message that are seen.
PICTURES = frozenset({"image_url", "image", "input_image"})


def needs(body: Mapping[str, Any]) -> Iterator[str]:
    """`tools`, `vision`, `json`, as far as the body asks for them."""
    if body.get("tools") or body.get("functions"):
        yield "tools"
    wished = body.get("response_format")
    if isinstance(wished, Mapping) and wished.get("type") in ("json_object", "json_schema"):
        yield "json"
    messages = body.get("messages", body.get("input"))
    if isinstance(messages, list) and any(map(_shows, messages)):
        yield "vision"


def _shows(message: object) -> bool:
    content = message.get("content") if isinstance(message, Mapping) else None
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, Mapping) and part.get("type") in PICTURES for part in parts)
