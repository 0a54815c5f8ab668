"""The text of an answer as it grows: one string a choice, and what is written of it to Postgres."""

import json
from typing import Any


class Texts:
    """The texts of an answer's choices, with cheap growth."""

    def __init__(self) -> None:
        self._parts: list[list[str]] = []
        self._lengths: list[int] = []

    def add(self, choice: int, text: str) -> int:
        """Append to a choice; the offset, in characters, at which this text begins."""
        while len(self._parts) <= choice:
            self._parts.append([])
            self._lengths.append(0)
        offset = self._lengths[choice]
        self._parts[choice].append(text)
        self._lengths[choice] += len(text)
        return offset

    def __bool__(self) -> bool:
        return any(self._lengths)

    def dump(self) -> str:
        """JSON: a list of strings, one a choice."""
        return json.dumps(["".join(parts) for parts in self._parts])


def snapshot(dumped: str) -> dict[str, Any]:
    """The data of a `snapshot` event: `{text}`, and `{choices}` where there is more than one."""
    choices = json.loads(dumped)
    found: dict[str, Any] = {"text": choices[0] if choices else ""}
    if len(choices) > 1:
        found["choices"] = choices
    return found
