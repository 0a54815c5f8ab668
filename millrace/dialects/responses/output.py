"""The items of a response's output: reasoning, the message, function calls."""

from typing import Any

from millrace.dialects.responses.sealed import packed
from millrace.dialects.said import Call, calls_in, choice_of, message_in, text_in, thought_in, thoughts_in

Item = dict[str, Any]

DONE = "completed"


def output_of(answer: dict[str, Any], id: str) -> list[Item]:
    """The items of a chat's answer; `id` is the response's."""
    said = message_in(answer)
    calls = [call_item(call_id(id, call), call) for call in calls_in(said)]
    found: list[Item] = []
    if thought_in(said) or thoughts_in(said):
        found.append(reasoning_item(item_id("rs", id), thought_in(said), thoughts_in(said)))
    text, refusal = text_in(said), text_in(said, "refusal")
    if text or refusal or not calls:
        found.append(message_item(item_id("msg", id), parts_of(text, refusal, logprobs_of(answer))))
    return found + calls


def reasoning_item(id: str, text: str, thoughts: list[dict[str, Any]], status: str = DONE) -> Item:
    content = [{"type": "reasoning_text", "text": text}] if text else []
    sealed = packed(thoughts)
    found = {"id": id, "type": "reasoning", "summary": [], "content": content, "status": status}
    return found | ({"encrypted_content": sealed} if sealed else {})


def message_item(id: str, parts: list[dict[str, Any]], status: str = DONE) -> Item:
    return {"id": id, "type": "message", "role": "assistant", "content": parts, "status": status}


def call_item(id: str, call: Call, status: str = DONE) -> Item:
    shared = {"id": id, "call_id": call.id, "name": call.name, "status": status}
    if not call.function:
        return {"type": "custom_tool_call", "input": call.arguments, **shared}
    return {"type": "function_call", "arguments": call.arguments, **shared}


def item_id(prefix: str, id: str, at: int = 0) -> str:
    """`msg_...`: made of the response's id, so that it is the same whoever tells it; `at` sets more of a kind apart."""
    tail = id.partition("_")[2] or id
    return f"{prefix}_{tail}_{at}" if at else f"{prefix}_{tail}"


def call_id(id: str, call: Call, at: int = 0) -> str:
    """The id of a call's item, which is not the id by which its output names it."""
    return item_id("fc" if call.function else "ctc", id, at + call.index + 1)


def parts_of(text: str, refusal: str = "", logprobs: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The parts of a message: its text, or its refusal, or both."""
    found = [text_part(text, logprobs)] if text or not refusal else []
    return found + ([{"type": "refusal", "refusal": refusal}] if refusal else [])


def text_part(text: str, logprobs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs or []}


def logprobs_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the first choice."""
    return tokens_of(choice_of(answer).get("logprobs"))


def tokens_of(logprobs: Any) -> list[dict[str, Any]]:
    """A chat's logprobs as a response has them: every token with its bytes and its alternatives."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    tokens = content if isinstance(content, list) else []
    return [_token(one) | {"top_logprobs": _top(one)} for one in tokens if isinstance(one, dict)]


def _top(token: dict[str, Any]) -> list[dict[str, Any]]:
    top = token.get("top_logprobs")
    return [_token(one) for one in top if isinstance(one, dict)] if isinstance(top, list) else []


def _token(token: dict[str, Any]) -> dict[str, Any]:
    text, raw, logprob = str(token.get("token")), token.get("bytes"), token.get("logprob")
    found = raw if isinstance(raw, list) else list(text.encode("utf-8", "replace"))
    return {"token": text, "bytes": found, "logprob": logprob if isinstance(logprob, int | float) else -9999.0}
