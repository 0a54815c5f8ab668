"""The Response object."""

from typing import Any

from millrace.dialects.responses.output import Item, output_of
from millrace.dialects.said import choice_of, count, noted_in

#: What is said back of a request, with what stands where it said nothing.
ECHOED: dict[str, Any] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "user": None,
}

#: Why it is not whole, by the chat's finish_reason.
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}

#: OpenAI's codes of errors that fit ours; the rest are its `server_error`.
ERRORS = {
    "engine_refused": "invalid_prompt",
    "context_length_exceeded": "invalid_prompt",
    "engine_unavailable": "rate_limit_exceeded",
}


def echo_of(body: dict[str, Any]) -> dict[str, Any]:
    """What a Response object says back of its request, to be kept for as long as the response.

    Nothing is cut off here to fit a context, so `truncation` is always `disabled`.
    """
    found = {name: default if body.get(name) is None else body[name] for name, default in ECHOED.items()}
    reasoning, text = body.get("reasoning") or {}, body.get("text") or {}
    found["reasoning"] = {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")}
    found["text"] = {"format": {"type": "text"}, **text}
    return found | {"truncation": "disabled"}


def cut_short(answer: dict[str, Any]) -> bool:
    """Whether a response with this chat completion for its answer is incomplete."""
    return _cut_short_by(answer) is not None


def _cut_short_by(answer: dict[str, Any]) -> str | None:
    return INCOMPLETE.get(str(choice_of(answer).get("finish_reason")))


def response_of(
    *,
    id: str,
    model: str,
    created_at: int,
    status: str,
    echo: dict[str, Any],
    answer: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
    completed_at: int | None = None,
    output: list[Item] | None = None,
) -> dict[str, Any]:
    """A Response. `status`: queued, in_progress, completed, failed, cancelled or incomplete.

    A completed one whose answer was cut short becomes incomplete. `answer` is the chat completion, `error` our
    `{code, message}`; `output` stands instead of what would be made of the answer.
    """
    made = answer or {}
    reason = _cut_short_by(made) if status == "completed" else None
    return {
        "id": id,
        "object": "response",
        "created_at": created_at,
        "completed_at": completed_at if status == "completed" and not reason else None,
        "status": "incomplete" if reason else status,
        "error": error_of(error) if error else None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": model,
        "output": output if output is not None else _items(made, id, reason),
        "usage": usage_of(made.get("usage")) if answer else None,
        **echo,
        **noted_in(choice_of(made)),
    }


def usage_of(chat: Any) -> dict[str, Any]:
    """A chat's usage as a response's."""
    given, made = count(chat, "prompt_tokens"), count(chat, "completion_tokens")
    details = chat.get("prompt_tokens_details") if isinstance(chat, dict) else None
    thought = chat.get("completion_tokens_details") if isinstance(chat, dict) else None
    return {
        "input_tokens": given,
        "input_tokens_details": {name: count(details, name) for name in ("cached_tokens", "cache_write_tokens")},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": count(thought, "reasoning_tokens")},
        "total_tokens": given + made,
    }


def error_of(error: dict[str, Any]) -> dict[str, Any]:
    """Our `{code, message}` as a response's error."""
    return {"code": ERRORS.get(str(error.get("code")), "server_error"), "message": str(error.get("message") or "")}


def _items(answer: dict[str, Any], id: str, reason: str | None) -> list[Item]:
    if not answer:
        return []
    items = output_of(answer, id)
    return [*items[:-1], items[-1] | {"status": "incomplete"}] if reason else items
