"""The turns of a Messages request as a chat's messages. What OpenAI has nothing for stays as it is."""

import json
from typing import Any

from millrace.dialects.given import a_name, a_text, an_object, objects, wrong
from millrace.dialects.pictures import document_part, image_part

THOUGHTS = ("thinking", "redacted_thinking")


def messages_given(messages: Any) -> list[dict[str, Any]]:
    """The chat's messages. Raises InvalidField, naming the block that is wrong."""
    found = [one for where, message in objects(messages, "messages") for one in _messages(message, where)]
    if not found:
        raise wrong("messages", "must be a list with at least one message that says something")
    return found


def _messages(message: dict[str, Any], where: str) -> list[dict[str, Any]]:
    role, content = message.get("role"), message.get("content")
    if role == "system":
        return [{"role": "system", "content": text_parts(content, f"{where}.content")}]
    if role not in ("user", "assistant"):
        raise wrong(f"{where}.role", "must be one of user, assistant, system")
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    blocks = objects(content, f"{where}.content")
    return [_assistant(blocks)] if role == "assistant" else _user(blocks)


def text_parts(content: Any, where: str) -> str:
    """The text of a text, or of a list of text blocks: what a system says."""
    if isinstance(content, str):
        return content
    return "\n".join(a_text(block.get("text"), f"{at}.text") for at, block in objects(content, where))


def _user(blocks: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The results of tools are messages of their own, and come first."""
    results = [_result(block, where) for where, block in blocks if block.get("type") == "tool_result"]
    parts = [_part(block, where) for where, block in blocks if block.get("type") != "tool_result"]
    return [*results, *([{"role": "user", "content": _plain(parts)}] if parts else [])]


def _result(block: dict[str, Any], where: str) -> dict[str, Any]:
    content = block.get("content")
    if not isinstance(content, str):
        content = _plain([_part(one, at) for at, one in objects(content, f"{where}.content")])
    found = {"role": "tool", "tool_call_id": a_name(block.get("tool_use_id"), f"{where}.tool_use_id")}
    return found | {"content": content} | ({"is_error": True} if block.get("is_error") is True else {})


def _part(block: dict[str, Any], where: str) -> dict[str, Any]:
    kind = a_name(block.get("type"), f"{where}.type")
    if kind == "text":
        return {"type": "text", "text": a_text(block.get("text"), f"{where}.text")}
    if kind == "image":
        return image_part(block, where)
    if kind == "document":
        return document_part(block, where)
    return block


def _plain(parts: list[dict[str, Any]]) -> Any:
    """Parts that are all text as one text, which every backend takes."""
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def _assistant(blocks: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    kinds = [str(block.get("type")) for _, block in blocks]
    thoughts = [block for (_, block), kind in zip(blocks, kinds, strict=True) if kind in THOUGHTS]
    signed = [block for block in thoughts if block.get("signature") or block.get("data")]
    calls = [_call(block, where) for (where, block), kind in zip(blocks, kinds, strict=True) if kind == "tool_use"]
    rest = [
        _part(block, where)
        for (where, block), kind in zip(blocks, kinds, strict=True)
        if kind not in (*THOUGHTS, "tool_use")
    ]
    said = "".join(part["text"] for part in rest) if all(part["type"] == "text" for part in rest) else rest
    found: dict[str, Any] = {"role": "assistant", "content": said or None}
    if calls:
        found["tool_calls"] = calls
    if signed:
        found["thinking_blocks"] = signed
    read = "".join(str(block.get("thinking") or "") for block in thoughts)
    return found | ({"reasoning_content": read} if read else {}) | ({} if said or calls else {"content": ""})


def _call(block: dict[str, Any], where: str) -> dict[str, Any]:
    arguments = json.dumps(an_object(block.get("input") or {}, f"{where}.input"))
    function = {"name": a_name(block.get("name"), f"{where}.name"), "arguments": arguments}
    return {"id": a_name(block.get("id"), f"{where}.id"), "type": "function", "function": function}
