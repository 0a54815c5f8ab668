"""A chat message's content as Anthropic's blocks."""

import json
import re
from typing import Any

from millrace.dialects.given import a_name, a_text, an_object, objects, wrong
from millrace.dialects.pictures import document_block, image_block

#: What an id of a tool call may not hold.
UNFIT = re.compile(r"[^a-zA-Z0-9_-]")
#: The fields of a block of thoughts; it goes back as it came, or its signature is void.
THOUGHTS = {"thinking": ("thinking", "signature"), "redacted_thinking": ("data",)}


def blocks_of(content: Any, where: str) -> list[dict[str, Any]]:
    """The blocks of a text or of a list of parts. Empty texts are left out: Anthropic refuses them."""
    if content is None or isinstance(content, str):
        return _text(content or "")
    if not isinstance(content, list):
        raise wrong(where, "must be a text or a list of parts")
    return [block for at, part in objects(content, where) for block in _part(part, at)]


def _part(part: dict[str, Any], where: str) -> list[dict[str, Any]]:
    kind = part.get("type")
    if kind in ("text", "refusal"):
        marks = {"cache_control": part["cache_control"]} if part.get("cache_control") else {}
        return [block | marks for block in _text(a_text(part.get(kind), f"{where}.{kind}"))]
    if kind == "image_url":
        return [image_block(part, where)]
    if kind == "file":
        return [document_block(part, where)]
    if kind == "input_audio":
        raise wrong(where, "cannot be audio: this backend takes texts, images and documents")
    # A block of Anthropic's own: it knows best.
    return [part | {"type": a_name(kind, f"{where}.type")}]


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text.strip() else []


def assistant_blocks(message: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """What the model said before: its thoughts, its text, its tool calls."""
    if message.get("function_call"):
        raise wrong(f"{where}.function_call", "is of the old kind: use tool_calls")
    thoughts = objects(message.get("thinking_blocks"), f"{where}.thinking_blocks")
    found = [block for at, given in thoughts if (block := _thought(given, at))]
    found += blocks_of(message.get("content"), f"{where}.content")
    return found + [_tool_use(call, at) for at, call in objects(message.get("tool_calls"), f"{where}.tool_calls")]


def _thought(given: dict[str, Any], where: str) -> dict[str, Any] | None:
    kind = str(given.get("type"))
    if kind not in THOUGHTS:
        raise wrong(f"{where}.type", f"must be one of {', '.join(THOUGHTS)}")
    if kind == "thinking" and not given.get("signature"):
        return None
    return {"type": kind} | {name: a_text(given.get(name), f"{where}.{name}") for name in THOUGHTS[kind]}


def _tool_use(call: dict[str, Any], where: str) -> dict[str, Any]:
    function = an_object(call.get("function"), f"{where}.function")
    name = a_name(function.get("name"), f"{where}.function.name")
    arguments = _arguments(function.get("arguments"), f"{where}.function.arguments")
    return {"type": "tool_use", "id": tool_id(call.get("id"), f"{where}.id"), "name": name, "input": arguments}


def tool_blocks(message: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """The result of a tool."""
    found: dict[str, Any] = {
        "type": "tool_result",
        "tool_use_id": tool_id(message.get("tool_call_id"), f"{where}.tool_call_id"),
        "content": blocks_of(message.get("content"), f"{where}.content"),
    }
    return [found | ({"is_error": True} if message.get("is_error") is True else {})]


def tool_id(id: Any, where: str) -> str:
    """The id of a tool call, with what Anthropic does not take replaced, in the call and in its result alike."""
    return UNFIT.sub("_", a_name(id, where))


def _arguments(given: Any, where: str) -> dict[str, Any]:
    try:
        found = json.loads(given or "{}") if isinstance(given, str | None) else given
    except (ValueError, RecursionError) as cause:
        raise wrong(where, "is not JSON") from cause
    return an_object(found, where)
