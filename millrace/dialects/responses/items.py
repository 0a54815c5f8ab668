"""The input of a Responses request as a chat's messages. All raise InvalidField, naming the item that is wrong."""

from typing import Any

from millrace.dialects.given import a_name, a_text, an_object, kind_of, objects, present, wrong
from millrace.dialects.responses.sealed import unpacked

ROLES = ("user", "assistant", "system", "developer")
#: Parts of text, and the field that has it.
TEXTS = {"input_text": "text", "output_text": "text", "text": "text", "summary_text": "text", "refusal": "refusal"}


def messages_of(input: Any) -> list[dict[str, Any]]:
    """The messages of a text, or of a list of items: messages, function calls with their outputs, reasoning."""
    if isinstance(input, str):
        return [{"role": "user", "content": input}]
    found: list[dict[str, Any]] = []
    thought: dict[str, Any] = {}
    for where, item in objects(input, "input"):
        kind = kind_of(item) or "message"
        if kind == "reasoning":
            thought = _reasoning(item)
        elif kind in READERS:
            thought = _join(found, READERS[kind](item, where), thought)
        else:
            raise wrong(f"{where}.type", f"is {kind[:50]!r}, which cannot be read here: {', '.join(READERS)}")
    return found


def _join(found: list[dict[str, Any]], message: dict[str, Any], thought: dict[str, Any]) -> dict[str, Any]:
    """Add a message. A turn of the assistant is one message, though its text and its calls are items of their own."""
    if message["role"] != "assistant":
        found.append(message)
        return {}
    last = found[-1] if found else {}
    if last.get("role") == "assistant" and "tool_calls" in message and not thought:
        last["tool_calls"] = [*last.get("tool_calls", ()), *message["tool_calls"]]
    else:
        found.append(message | thought)
    return {}


def _message(item: dict[str, Any], where: str) -> dict[str, Any]:
    role = item.get("role")
    if role not in ROLES:
        raise wrong(f"{where}.role", f"must be one of {', '.join(ROLES)}")
    content = item.get("content")
    if not isinstance(content, str):
        content = _plain([_part(part, at) for at, part in objects(content, f"{where}.content")])
    # Chat templates of open models know no developer.
    return {"role": "system" if role == "developer" else role, "content": content}


def _part(part: dict[str, Any], where: str) -> dict[str, Any]:
    kind = kind_of(part)
    if kind in TEXTS:
        return {"type": "text", "text": a_text(part.get(TEXTS[kind]), f"{where}.{TEXTS[kind]}")}
    if kind == "input_image":
        url = a_text(part.get("image_url"), f"{where}.image_url")
        return {"type": "image_url", "image_url": {"url": url} | present(detail=part.get("detail"))}
    if kind == "input_file":
        file = present(**{name: part.get(name) for name in ("file_data", "file_id", "filename")})
        if not file:
            raise wrong(where, "must hold file_data: files behind a web address are not fetched")
        return {"type": "file", "file": file}
    if kind == "input_audio":
        return {"type": "input_audio", "input_audio": an_object(part.get("input_audio"), f"{where}.input_audio")}
    raise wrong(f"{where}.type", "must be input_text, input_image, input_file, input_audio, output_text or refusal")


def _plain(parts: list[dict[str, Any]]) -> Any:
    """Parts that are all text as one text, which every backend takes."""
    return "\n".join(part["text"] for part in parts) if all(part["type"] == "text" for part in parts) else parts


def _function_call(item: dict[str, Any], where: str) -> dict[str, Any]:
    function = {
        "name": a_name(item.get("name"), f"{where}.name"),
        "arguments": a_text(item.get("arguments"), f"{where}.arguments"),
    }
    return _called(item, where, {"type": "function", "function": function})


def _custom_call(item: dict[str, Any], where: str) -> dict[str, Any]:
    custom = {"name": a_name(item.get("name"), f"{where}.name"), "input": a_text(item.get("input"), f"{where}.input")}
    return _called(item, where, {"type": "custom", "custom": custom})


def _called(item: dict[str, Any], where: str, call: dict[str, Any]) -> dict[str, Any]:
    id = a_name(item.get("call_id"), f"{where}.call_id")
    return {"role": "assistant", "content": None, "tool_calls": [{"id": id, **call}]}


def _output(item: dict[str, Any], where: str) -> dict[str, Any]:
    output = item.get("output")
    if not isinstance(output, str):
        output = _plain([_part(part, at) for at, part in objects(output, f"{where}.output")])
    return {"role": "tool", "tool_call_id": a_name(item.get("call_id"), f"{where}.call_id"), "content": output}


def _reasoning(item: dict[str, Any]) -> dict[str, Any]:
    """For the assistant's message that follows: what it thought."""
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    read = "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))
    return present(reasoning_content=read or None, thinking_blocks=unpacked(item.get("encrypted_content")) or None)


READERS = {
    "message": _message,
    "function_call": _function_call,
    "function_call_output": _output,
    "custom_tool_call": _custom_call,
    "custom_tool_call_output": _output,
}
