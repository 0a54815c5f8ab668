"""The arguments of tool calls: strings of JSON, which stay JSON when something is taken out of them or put back."""

import json
from collections.abc import Callable, Collection
from typing import Any

from millrace.guard.redaction.mapping import Mapping
from millrace.guard.redaction.redacting import replaced
from millrace.guard.redaction.restoring import restore

#: Takes the name under which a text stands, and the text.
Change = Callable[[str, str], str]


def redacted_json(text: str, classes: Collection[str] | None, mapping: Mapping) -> str:
    """The JSON with placeholders in its strings, keys included; a number that is personal becomes a string.

    What is not JSON is redacted as a text. A text in which nothing is found comes back as it was, to the byte.
    """
    made = _changed(text, lambda label, value: replaced(value, classes, mapping, label))
    return replaced(text, classes, mapping) if made is None else made


def restored_json(text: str, mapping: Mapping) -> str:
    """The JSON with the values in its strings. Models break JSON off, so what is none is restored as far as it goes."""
    made = _changed(text, lambda _, value: restore(value, mapping))
    return restore(text, mapping, in_json=True) if made is None else made


def walked(value: Any, change: Change, label: str = "") -> Any:
    """A parsed value with `change` made to all its strings and whole numbers, keys included. Raises RecursionError."""
    if isinstance(value, dict):
        return {change("", key): walked(inner, change, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [walked(inner, change, label) for inner in value]
    if isinstance(value, str):
        return change(label, value)
    return _number(value, change, label) if type(value) is int else value


def _number(value: int, change: Change, label: str) -> Any:
    written = str(value)
    made = change(label, written)
    return value if made == written else made


def _changed(text: str, change: Change) -> str | None:
    """None where it cannot be parsed."""
    try:
        found = json.loads(text, object_pairs_hook=_fields)
        made = walked(found, change)
        return text if made == found else json.dumps(made, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. A key twice counts as no JSON: a parser sees one of the two, and the other would slip through."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key comes twice")
    return made
