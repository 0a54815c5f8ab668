"""A chat, or the older completion, as a request of Anthropic's Messages. All raise InvalidField."""

import hashlib
from dataclasses import dataclass
from typing import Any

from millrace.dialects.anthropic.schemas import closed
from millrace.dialects.anthropic.thinking import thinking_asked
from millrace.dialects.anthropic.tools import tools_asked
from millrace.dialects.anthropic.turns import turns_of
from millrace.dialects.given import a_count, a_text, an_object, present, wrong

#: Tokens of an answer where neither the request nor the catalog says how many; Anthropic wants a number.
MOST = 4_096
#: Fields that go through as they are: OpenAI has nothing of that name, or means the same.
SAME = ("cache_control", "container", "context_management", "inference_geo", "mcp_servers", "speed")
#: Fields that change what the user gets and that Anthropic has nothing for.
UNKNOWN = ("logprobs", "logit_bias", "audio", "functions", "function_call", "web_search_options", "suffix", "echo")
SAMPLING = ("temperature", "top_p", "top_k")
#: Ours to say, whatever stands under `anthropic`.
OURS = ("model", "messages", "stream", "betas")


@dataclass(frozen=True, slots=True)
class Habits:
    """What the catalog says of a model: tokens of its longest answer, how it thinks, whether it can be sampled."""

    max_output: int | None = None
    #: "adaptive", "budget" or "none"; see `thinking`.
    thinking: str = "adaptive"
    #: API version 2026-10-21 has no temperature, top_p and top_k any more; nor have models since Claude 4.7.
    sampling: bool = False


def request_of(body: dict[str, Any], model: str, habits: Habits) -> dict[str, Any]:
    """The request of a chat; of what OpenAI knows, it has what Anthropic has too.

    `body["anthropic"]` is laid over it: fields that only Anthropic knows, and what else somebody knows better.
    """
    _check(body)
    native = an_object(body.get("anthropic") or {}, "anthropic")
    system, turns = turns_of(body.get("messages"))
    most = _most(body, habits)
    request: dict[str, Any] = {"model": model, "max_tokens": most, "messages": turns}
    request |= present(system=_system(system, body.get("response_format")) or None, stop_sequences=_stop(body))
    request |= tools_asked(body) | _metadata(body) | {name: body[name] for name in SAME if body.get(name) is not None}
    if not {"thinking", "output_config"} & native.keys():
        free = _free(request) and (habits.thinking != "budget" or _thought(turns))
        request |= thinking_asked(body, habits.thinking, most, free=free)
    request |= _sampling(body) if habits.sampling else {}
    config = request.get("output_config", {}) | _format(body.get("response_format"))
    request |= {name: value for name, value in native.items() if name not in OURS}
    config |= native["output_config"] if isinstance(native.get("output_config"), dict) else {}
    return request | ({"output_config": config} if config else {})


def chat_of_prompt(body: dict[str, Any]) -> dict[str, Any]:
    """The older completion's body as a chat's: the prompt is what the user says."""
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise wrong("prompt", "must be one text: this backend takes neither several nor token ids")
    return {**body, "messages": [{"role": "user", "content": prompt}]}


def _check(body: dict[str, Any]) -> None:
    for name in ("n", "best_of"):
        if body.get(name) not in (None, 1):
            raise wrong(name, "must be 1: this backend gives one choice a call")
    for name in UNKNOWN:
        if body.get(name):
            raise wrong(name, "is not supported by this backend")


def _most(body: dict[str, Any], habits: Habits) -> int:
    for name in ("max_completion_tokens", "max_tokens"):
        if body.get(name) is not None:
            asked = a_count(body[name], name)
            return min(asked, habits.max_output) if habits.max_output else asked
    return habits.max_output or MOST


def _system(blocks: list[dict[str, Any]], wanted: Any) -> list[dict[str, Any]]:
    """Anthropic has schemas but no plain JSON mode: that is said in words."""
    if isinstance(wanted, dict) and wanted.get("type") == "json_object":
        return [*blocks, {"type": "text", "text": "Answer with one JSON object, and with nothing else."}]
    return blocks


def _format(wanted: Any) -> dict[str, Any]:
    if wanted is None:
        return {}
    kind = an_object(wanted, "response_format").get("type")
    if kind == "json_schema":
        described = an_object(wanted.get("json_schema"), "response_format.json_schema")
        schema = an_object(described.get("schema"), "response_format.json_schema.schema")
        return {"format": {"type": "json_schema", "schema": closed(schema)}}
    if kind not in ("text", "json_object"):
        raise wrong("response_format.type", "must be text, json_object or json_schema")
    return {}


def _stop(body: dict[str, Any]) -> list[str] | None:
    """Stop sequences; those of white space alone Anthropic does not take."""
    stop = body.get("stop")
    if stop is None:
        return None
    texts = [a_text(one, "stop") for one in (stop if isinstance(stop, list) else [stop])]
    return [text for text in texts if text.strip()] or None


def _metadata(body: dict[str, Any]) -> dict[str, Any]:
    """Who asks, as a hash: Anthropic wants an id that names nobody."""
    user = body.get("safety_identifier") or body.get("user")
    if not isinstance(user, str) or not user:
        return {}
    return {"metadata": {"user_id": hashlib.sha256(user.encode("utf-8", "replace")).hexdigest()}}


def _sampling(body: dict[str, Any]) -> dict[str, Any]:
    found = {name: body[name] for name in SAMPLING if body.get(name) is not None}
    if isinstance(found.get("temperature"), int | float) and found["temperature"] > 1:
        # OpenAI's goes to 2.
        found["temperature"] = 1
    return found


def _free(request: dict[str, Any]) -> bool:
    return request.get("tool_choice", {}).get("type") not in ("any", "tool")


def _thought(turns: list[dict[str, Any]]) -> bool:
    """False in the middle of a tool's use that began without thoughts: a budget for them would be refused."""
    said = [turn["content"] for turn in turns if turn["role"] == "assistant"]
    if not said or not any(block["type"] == "tool_use" for block in said[-1]):
        return True
    return str(said[-1][0]["type"]).endswith("thinking")
