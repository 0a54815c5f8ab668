"""OpenAI's messages as Ollama's: parts become text and images, tool calls change their shape."""

import base64
import binascii
import json
from typing import Any

from millrace.engines.failures import Refused

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


def messages_of(messages: Any) -> list[dict[str, Any]]:
    """Ollama's messages. Raises Refused, naming the message that is wrong."""
    if not isinstance(messages, list) or not messages:
        raise Refused("messages must be a list with at least one message.")
    names: dict[str, str] = {}
    return [_message(message, f"messages[{at}]", names) for at, message in enumerate(messages)]


def _message(message: Any, where: str, names: dict[str, str]) -> dict[str, Any]:
    role = ROLES.get(str(message.get("role"))) if isinstance(message, dict) else None
    if role is None:
        raise Refused(f"{where} must be an object whose role is one of {', '.join(ROLES)}.")
    text, images = _content(message.get("content"), f"{where}.content")
    found: dict[str, Any] = {"role": role, "content": text}
    if images:
        found["images"] = images
    if message.get("tool_calls"):
        found["tool_calls"] = _tool_calls(message["tool_calls"], f"{where}.tool_calls", names)
    if role == "tool":
        called = str(message.get("tool_call_id") or "")
        found |= {"tool_call_id": called, "tool_name": str(message.get("name") or names.get(called, ""))}
    return found


def _content(content: Any, where: str) -> tuple[str, list[str]]:
    if content is None or isinstance(content, str):
        return content or "", []
    if not isinstance(content, list):
        raise Refused(f"{where} must be a text or a list of parts.")
    texts: list[str] = []
    images: list[str] = []
    for at, part in enumerate(content):
        _part(part, f"{where}[{at}]", texts, images)
    return "\n".join(texts), images


def _part(part: Any, where: str, texts: list[str], images: list[str]) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        texts.append(part["text"])
    elif kind == "image_url":
        images.append(_image(part.get("image_url"), where))
    else:
        raise Refused(f"{where} must be of type text or image_url: this backend takes nothing else.")


def _image(image: Any, where: str) -> str:
    """The base64 of a data URI. A web address is refused: fetching it would let users reach our network."""
    url = image.get("url") if isinstance(image, dict) else image
    head, _, data = url.partition(",") if isinstance(url, str) else ("", "", "")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        raise Refused(f"{where} must hold the image itself, as a data:image/...;base64, URI.")
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise Refused(f"{where} is not base64: {cause}.") from cause
    return data


def _tool_calls(calls: Any, where: str, names: dict[str, str]) -> list[dict[str, Any]]:
    """Ollama wants the arguments as an object; `names` learns which call asked for which function."""
    found: list[dict[str, Any]] = []
    for at, call in enumerate(calls if isinstance(calls, list) else [None]):
        function = call.get("function") if isinstance(call, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(function, dict) or not isinstance(name, str):
            raise Refused(f"{where}[{at}] must be an object with a function that has a name.")
        names[str(call.get("id"))] = name
        arguments = _arguments(function.get("arguments"), f"{where}[{at}].function.arguments")
        found.append({"id": str(call.get("id") or ""), "function": {"name": name, "arguments": arguments}})
    return found


def _arguments(given: Any, where: str) -> dict[str, Any]:
    try:
        arguments = json.loads(given or "{}") if isinstance(given, str | None) else given
    except (ValueError, RecursionError) as cause:
        raise Refused(f"{where} is not JSON.") from cause
    if not isinstance(arguments, dict):
        raise Refused(f"{where} must be a JSON object.")
    return arguments
