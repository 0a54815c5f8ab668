"""Merging the pieces of a streamed message into the whole: what stands twice is one thing in two pieces."""

from typing import Any

#: Fields that come whole, though some servers send them again, or empty, in later pieces.
WHOLE = frozenset({"id", "type", "role", "name", "index"})


def merged(old: Any, new: Any, name: str = "") -> Any:
    """Text goes on, lists grow (or, where their items say an `index`, those merge), objects merge field by field."""
    if old is None or new is None:
        return old if new is None else new
    if isinstance(old, str) and isinstance(new, str):
        return (new or old) if name in WHOLE else old + new
    if isinstance(old, list) and isinstance(new, list):
        return _lists(old, new)
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: merged(old.get(key), value, key) for key, value in new.items()}
    return new


def _lists(old: list[Any], new: list[Any]) -> list[Any]:
    if not all(isinstance(item, dict) and "index" in item for item in new):
        return old + new
    items = list(old)
    at = {item["index"]: place for place, item in enumerate(items) if isinstance(item, dict) and "index" in item}
    for item in new:
        place = at.get(item["index"])
        if place is None:
            at[item["index"]] = len(items)
            items.append(item)
        else:
            items[place] = merged(items[place], item)
    return items


def without_index(items: Any) -> Any:
    """A list of tool calls as the whole message has them: in order of their index, which it does not show."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return items
    ordered = sorted(items, key=lambda item: item.get("index", 0))
    return [{key: value for key, value in item.items() if key != "index"} for item in ordered]
