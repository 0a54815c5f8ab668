"""Redaction of a whole request, and restoring of a whole answer, in OpenAI's shape.

Every string of the body is looked at, fields that we do not know included, except those which name something: a model,
a role, an id, a place where an image is. What cannot be looked into (images, sound, files, token ids) is told.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from millrace.errors import BadRequest
from millrace.guard.redaction.arguments import redacted_json, restored_json, walked
from millrace.guard.redaction.mapping import Mapping
from millrace.guard.redaction.redacting import replaced
from millrace.guard.redaction.restoring import restore

#: Fields whose strings name something, wherever they stand; changed, they would name it no longer.
NAMES = frozenset(
    (
        *("model", "role", "type", "id", "object", "name", "tool_call_id", "call_id", "tool_use_id", "item_id"),
        *("file_id", "previous_response_id", "encoding_format", "format", "detail", "status", "finish_reason"),
        *("service_tier", "reasoning_effort", "effort", "verbosity", "truncation", "media_type"),
    )
)

#: Fields that hold what we cannot read, and what to call it.
UNSEEN = {
    "image_url": "images",
    "image": "images",
    "b64_json": "images",
    "input_audio": "audio",
    "audio": "audio",
    "file": "files",
    "file_data": "files",
    "source": "files",
    "data": "files",
    "encrypted_content": "reasoning",
    "signature": "reasoning",
}

#: Strings of JSON, which must stay JSON.
_JSON = frozenset({"arguments", "partial_json"})

#: Objects whose keys are the users' own: a tool's input, metadata.
_FREE = frozenset({"input", "metadata"})

#: Deeper than this nothing is sent on as it is: hostile, or no request of OpenAI's.
DEPTH = 64


@dataclass(frozen=True)
class RedactedBody:
    """A request without what was found in it; `unseen` says which kinds of content nobody looked into."""

    body: dict[str, Any] = field(repr=False)
    mapping: Mapping
    unseen: frozenset[str]


class TooDeep(BadRequest):
    """The body is nested deeper than anything that a model reads. Send it flatter."""

    code = "too_deep"


def redact_body(body: dict[str, Any], classes: Collection[str] | None = None) -> RedactedBody:
    """The body with placeholders; the one that was given stays as it is. Raises TooDeep."""
    walk = _Redaction(classes)
    for text in _strings(body, 0):
        walk.mapping.reserve(text)
    return RedactedBody(walk.fields(body, 0), walk.mapping, frozenset(walk.unseen))


def restore_body(answer: Any, mapping: Mapping) -> Any:
    """A whole answer with the values back in its strings; what is nested deeper than DEPTH stays as it came."""
    return _restored("", answer, mapping, 0) if mapping else answer


def _restored(key: str, value: Any, mapping: Mapping, depth: int) -> Any:
    if depth > DEPTH:
        return value
    if isinstance(value, dict):
        return {name: _restored(name, inner, mapping, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_restored(key, item, mapping, depth + 1) for item in value]
    if not isinstance(value, str):
        return value
    return restored_json(value, mapping) if key in _JSON else restore(value, mapping)


class _Redaction:
    """One walk through one body."""

    def __init__(self, classes: Collection[str] | None) -> None:
        self.classes = classes
        self.mapping = Mapping()
        self.unseen: set[str] = set()

    def fields(self, found: dict[str, Any], depth: int) -> dict[str, Any]:
        plain = found.get("type") == "text"
        names = {key: "text" if plain and key == "data" else key for key in found}
        return {key: self.value(names[key], value, depth + 1) for key, value in found.items()}

    def value(self, key: str, value: Any, depth: int) -> Any:
        """What stands under `key`. A name is a string: a field of that name which holds more is looked into."""
        if depth > DEPTH:
            raise TooDeep
        if isinstance(value, str):
            return self.text(key, value)
        if isinstance(value, dict):
            return self.object(key, value, depth)
        return self.items(key, value, depth) if isinstance(value, list) else value

    def object(self, key: str, found: dict[str, Any], depth: int) -> dict[str, Any]:
        if key in _FREE:
            made: dict[str, Any] = walked(found, lambda label, text: replaced(text, self.classes, self.mapping, label))
            return made
        if key in UNSEEN and found.get("type") != "text":
            self.unseen.add(UNSEEN[key])
            return found
        return self.fields(found, depth)

    def text(self, key: str, text: str) -> str:
        if key in UNSEEN:
            self.unseen.add(UNSEEN[key])
            return text
        if key in NAMES:
            return text
        if key in _JSON:
            return redacted_json(text, self.classes, self.mapping)
        return replaced(text, self.classes, self.mapping)

    def items(self, key: str, found: list[Any], depth: int) -> list[Any]:
        if found and isinstance(found[0], int) and key in ("prompt", "input"):
            self.unseen.add("tokens")
        return [self.value(key, item, depth + 1) for item in found]


def _strings(value: Any, depth: int) -> Iterator[str]:
    if depth > DEPTH:
        raise TooDeep
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, depth + 1)
