"""A chat's answer as a message of Anthropic's."""

import json
from typing import Any

from millrace.dialects.anthropic.reasons import stopped
from millrace.dialects.anthropic.usage import message_usage
from millrace.dialects.said import Call, calls_in, choice_of, message_in, noted_in, text_in, thought_in, thoughts_in


def message_of(answer: dict[str, Any], *, id: str, model: str) -> dict[str, Any]:
    """What `POST /v1/messages` answers; `id` is the message's, `answer` a chat completion."""
    choice = choice_of(answer)
    ended = {"content": content_of(message_in(answer)), **stopped(choice), **noted_in(choice)}
    return begun(id, model) | ended | {"usage": message_usage(answer.get("usage"))}


def begun(id: str, model: str, input_tokens: int = 0) -> dict[str, Any]:
    """A message in which nothing has been said yet."""
    return {
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": message_usage({"prompt_tokens": input_tokens}),
    }


def content_of(said: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a chat's message: thoughts, signed or another model's; text; tool calls."""
    read = thought_in(said)
    blocks = thoughts_in(said) or ([{"type": "thinking", "thinking": read, "signature": ""}] if read else [])
    text = text_in(said) + text_in(said, "refusal")
    return [*blocks, *([{"type": "text", "text": text}] if text else []), *map(_tool_use, calls_in(said))]


def _tool_use(call: Call) -> dict[str, Any]:
    """Arguments that are no JSON object, for models make such too, stand under `arguments`."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = call.arguments
    if not isinstance(arguments, dict):
        arguments = {"arguments": arguments}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}
