"""What a chat's answer says, whatever a backend made of it: text, thoughts, tool calls. Never raises."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call, or a piece of one: a piece has the index, and of the rest what is new."""

    index: int
    id: str
    name: str
    arguments: str
    #: False for a tool of the custom kind, whose input is plain text.
    function: bool = True


def choice_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The first choice of a chat completion."""
    choices = answer.get("choices")
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def message_in(answer: dict[str, Any]) -> dict[str, Any]:
    """The first choice's message."""
    return _object(choice_of(answer).get("message"))


def noted_in(choice: dict[str, Any]) -> dict[str, Any]:
    """`{"millrace": {...}}` where we have something to say of a choice: that it was cut, and why; else nothing."""
    found = choice.get("millrace")
    return {"millrace": found} if isinstance(found, dict) else {}


def text_in(said: dict[str, Any], name: str = "content") -> str:
    """A text of a message, or of a delta's extras."""
    value = said.get(name)
    return value if isinstance(value, str) else ""


def thought_in(said: dict[str, Any]) -> str:
    """The thoughts in it; servers have two names for them."""
    return text_in(said, "reasoning_content") or text_in(said, "reasoning")


def thoughts_in(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Anthropic's own blocks of thoughts, which are signed."""
    blocks = said.get("thinking_blocks")
    known = ("thinking", "redacted_thinking")
    return [one for one in blocks if _object(one).get("type") in known] if isinstance(blocks, list) else []


def calls_in(said: dict[str, Any]) -> Iterator[Call]:
    """The tool calls of a message, in their order, or the pieces of some in a delta, which say their index."""
    calls = said.get("tool_calls")
    for at, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            index = call.get("index")
            custom = isinstance(call.get("custom"), dict)
            does = _object(call.get("custom") if custom else call.get("function"))
            arguments = text_in(does, "input" if custom else "arguments")
            yield Call(
                index if type(index) is int else at, text_in(call, "id"), text_in(does, "name"), arguments, not custom
            )


def count(raw: Any, name: str) -> int:
    """A count of tokens, 0 where there is none."""
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if type(value) is int and value >= 0 else 0


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
