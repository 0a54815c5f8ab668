"""What a request asks, as text: what a prompt filter looks at."""

from typing import Any

#: Where a request in OpenAI's shape has what a model reads.
READ = ("messages", "prompt", "input", "instructions", "suffix")

#: Fields of a message that name something.
NAMES = frozenset({"role", "type", "id", "tool_call_id", "name", "url", "data", "file_id", "detail"})


def text_of(body: dict[str, Any]) -> str:
    """Every text that a model would read, in its order."""
    found: list[str] = []
    left: list[Any] = [body.get(name) for name in reversed(READ)]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, list):
            left.extend(reversed(each))
        elif isinstance(each, dict):
            left.extend(value for name, value in reversed(each.items()) if name not in NAMES)
    return "\n".join(found)
