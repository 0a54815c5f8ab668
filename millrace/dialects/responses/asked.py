"""A Responses request as a chat. All raise InvalidField."""

from collections.abc import Sequence
from typing import Any

from millrace.dialects.given import a_count, a_name, a_text, an_object, present, wrong
from millrace.dialects.responses.items import messages_of
from millrace.dialects.responses.tools import tools_given
from millrace.dialects.said import message_in

#: Fields that a chat has too. Others that we do not know go on as well, as vendors add them weekly.
READ = frozenset(
    (
        *("model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning"),
        *("max_output_tokens", "top_logprobs", "include", "stream_options"),
    )
)
#: Fields that mean something to us, or nothing: a chat's backend is not told.
KEPT = frozenset(("background", "previous_response_id", "truncation", "max_tool_calls", "context_management"))
#: Fields that change the answer, and that there is nothing for.
UNKNOWN = ("prompt", "conversation")


def chat_body(body: dict[str, Any], earlier: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The body of the chat that a `POST /v1/responses` asks for, `model` and `stream` as they were.

    `earlier`: the messages of the response that `previous_response_id` names, as `turns_after` gave them. Its
    instructions are not carried over.
    """
    for name in UNKNOWN:
        if body.get(name):
            raise wrong(name, "is not supported here")
    messages = [*_instructions(body), *earlier, *messages_of(body.get("input"))]
    if not messages:
        raise wrong("input", "must be a text or a list of items")
    chat: dict[str, Any] = {"model": a_name(body.get("model"), "model"), "messages": messages}
    chat |= {name: value for name, value in body.items() if name not in READ | KEPT and value is not None}
    if body.get("max_output_tokens") is not None:
        chat["max_completion_tokens"] = a_count(body["max_output_tokens"], "max_output_tokens")
    return chat | tools_given(body) | _text(body.get("text")) | _reasoning(body.get("reasoning")) | _logprobs(body)


def turns_after(
    body: dict[str, Any], answer: dict[str, Any], earlier: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """The messages of a request and of its chat's answer: what a response that follows it begins with."""
    said = message_in(answer)
    return [*earlier, *messages_of(body.get("input")), *([said] if said else [])]


def _instructions(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("instructions")
    return [{"role": "system", "content": a_text(given, "instructions")}] if given else []


def _text(config: Any) -> dict[str, Any]:
    """`text.format` and `text.verbosity`."""
    config = an_object(config or {}, "text")
    wanted = an_object(config.get("format") or {"type": "text"}, "text.format")
    kind = wanted.get("type")
    if kind == "json_schema":
        schema = {name: value for name, value in wanted.items() if name != "type"}
        an_object(schema.get("schema"), "text.format.schema")
        wanted = {"type": kind, kind: {"name": "answer"} | schema}
    elif kind not in ("text", "json_object"):
        raise wrong("text.format.type", "must be text, json_object or json_schema")
    return present(response_format=None if kind == "text" else wanted, verbosity=config.get("verbosity"))


def _reasoning(config: Any) -> dict[str, Any]:
    return present(reasoning_effort=an_object(config or {}, "reasoning").get("effort"))


def _logprobs(body: dict[str, Any]) -> dict[str, Any]:
    wanted, top = body.get("include"), body.get("top_logprobs")
    if top or (isinstance(wanted, list) and "message.output_text.logprobs" in wanted):
        return {"logprobs": True} | present(top_logprobs=top)
    return {}
