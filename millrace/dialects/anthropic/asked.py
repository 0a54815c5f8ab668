"""A request of Anthropic's Messages as a chat. All raise InvalidField."""

from typing import Any

from millrace.dialects.anthropic.parts import messages_given, text_parts
from millrace.dialects.anthropic.thinking import effort_given
from millrace.dialects.anthropic.tools import tools_given
from millrace.dialects.given import a_count, a_name, a_text, an_object, present, wrong

#: Read here; the rest goes on under `anthropic`, for the engine that knows it.
READ = frozenset(
    (
        *("model", "messages", "max_tokens", "system", "stream", "stop_sequences", "tools", "tool_choice"),
        *("temperature", "top_p", "top_k"),
    )
)


def chat_body(body: dict[str, Any]) -> dict[str, Any]:
    """The body of the chat that a `POST /v1/messages` asks for, `model` and `stream` as they were."""
    chat: dict[str, Any] = {
        "model": a_name(body.get("model"), "model"),
        "messages": [*_system(body.get("system")), *messages_given(body.get("messages"))],
        "max_completion_tokens": a_count(body.get("max_tokens"), "max_tokens"),
        "stream": _flag(body.get("stream"), "stream"),
    }
    chat |= present(**{name: body.get(name) for name in ("temperature", "top_p", "top_k")})
    chat |= present(stop=_stop(body.get("stop_sequences")), reasoning_effort=effort_given(body), user=_user(body))
    chat |= present(response_format=_format(body.get("output_config")))
    native = {name: value for name, value in body.items() if name not in READ and value is not None}
    return chat | tools_given(body) | ({"anthropic": native | _cached(body)} if native or _cached(body) else {})


def _system(system: Any) -> list[dict[str, Any]]:
    if not system:
        return []
    return [{"role": "system", "content": text_parts(system, "system")}]


def _flag(value: Any, where: str) -> bool:
    if value not in (None, True, False):
        raise wrong(where, "must be true or false")
    return bool(value)


def _stop(value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise wrong("stop_sequences", "must be a list of texts")
    return [a_text(one, "stop_sequences") for one in value] or None


def _user(body: dict[str, Any]) -> str | None:
    metadata = an_object(body.get("metadata") or {}, "metadata")
    return a_text(metadata["user_id"], "metadata.user_id") if metadata.get("user_id") is not None else None


def _format(config: Any) -> dict[str, Any] | None:
    wanted = an_object(config or {}, "output_config").get("format")
    if wanted is None:
        return None
    schema = an_object(an_object(wanted, "output_config.format").get("schema"), "output_config.format.schema")
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def _cached(body: dict[str, Any]) -> dict[str, Any]:
    """Marks on single blocks want the beginning to be cached: told once, Anthropic finds the places by itself."""
    for holder in ("system", "messages", "tools"):
        found = _mark(body.get(holder))
        if found:
            return {"cache_control": found}
    return {}


def _mark(value: Any) -> Any:
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            if one.get("cache_control"):
                return one["cache_control"]
            left += [one.get("content")]
    return None
