"""What a request gives, checked as it is read: who gave something else is told where. All raise InvalidField."""

from typing import Any

from millrace.errors import InvalidField


def wrong(where: str, what: str) -> InvalidField:
    """The error that a field is: `tools[2].name must be a text.`"""
    return InvalidField(f"{where} {what}.", param=where)


def a_text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise wrong(where, "must be a text")
    return value


def a_name(value: Any, where: str) -> str:
    """A text that says something."""
    if not a_text(value, where):
        raise wrong(where, "must not be empty")
    return str(value)


def a_count(value: Any, where: str) -> int:
    """A whole number from 1."""
    if type(value) is not int or value < 1:
        raise wrong(where, "must be a whole number of at least 1")
    return value


def an_object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong(where, "must be an object")
    return value


def objects(value: Any, where: str) -> list[tuple[str, dict[str, Any]]]:
    """A list of objects, each with where it stands; none where the list is left out."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(where, "must be a list")
    return [(f"{where}[{at}]", an_object(item, f"{where}[{at}]")) for at, item in enumerate(value)]


def present(**fields: Any) -> dict[str, Any]:
    """Those fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def kind_of(given: dict[str, Any], name: str = "type") -> str:
    """The `type` of a part, an item or a block, fit to be looked up; empty where it is no text."""
    value = given.get(name)
    return value if isinstance(value, str) else ""
