"""OpenAI's request bodies as Ollama's. What would change the answer and Ollama cannot do is refused in words."""

import json
from typing import Any

from millrace.engines.failures import Refused
from millrace.engines.ollama.messages import messages_of

#: What Ollama takes among its `options`: the fields that OpenAI has too, and some of its own.
OPTIONS = (
    *("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty"),
    *("top_k", "min_p", "typical_p", "repeat_penalty", "repeat_last_n", "num_ctx", "num_keep"),
)
#: Of model.options, what stands beside Ollama's `options` instead of among them.
BESIDE = ("keep_alive", "think", "truncate", "raw")
#: Fields that change what the user gets and that Ollama has nothing for.
UNKNOWN = ("logit_bias", "audio", "functions", "function_call", "prediction", "echo", "web_search_options")


def chat(body: dict[str, Any], model: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """For POST /api/chat. Raises Refused."""
    request = _common(body, model, defaults)
    request["messages"] = messages_of(body.get("messages"))
    tools = _tools(body)
    if tools:
        request["tools"] = tools
    return request


def completion(body: dict[str, Any], model: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """For POST /api/generate. Raises Refused."""
    prompt = body.get("prompt", "")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Refused("prompt must be one text: this backend takes neither several nor token ids.")
    suffix = {"suffix": body["suffix"]} if body.get("suffix") else {}
    return _common(body, model, defaults) | {"prompt": prompt} | suffix


def embedding(body: dict[str, Any], model: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """For POST /api/embed. Raises Refused."""
    texts = body.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise Refused("input must be a text or a list of texts: this backend takes no token ids.")
    request = {"model": model, "input": texts, **_beside(defaults)}
    if body.get("dimensions") is not None:
        request["dimensions"] = body["dimensions"]
    return request | ({"options": _among(defaults)} if _among(defaults) else {})


def _common(body: dict[str, Any], model: str, defaults: dict[str, Any]) -> dict[str, Any]:
    _check(body)
    request: dict[str, Any] = {"model": model, **_beside(defaults)}
    options = _among(defaults) | _options(body)
    fields = {"options": options, "format": _format(body.get("response_format")), "think": _think(body)}
    fields |= _logprobs(body)
    return request | {name: value for name, value in fields.items() if value not in (None, {})}


def _check(body: dict[str, Any]) -> None:
    for name in ("n", "best_of"):
        if body.get(name) not in (None, 1):
            raise Refused(f"{name} must be 1: this backend gives one choice a call.")
    for name in UNKNOWN:
        if body.get(name):
            raise Refused(f"{name} is not supported by this backend.")


def _beside(defaults: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in defaults.items() if name in BESIDE}


def _among(defaults: dict[str, Any]) -> dict[str, Any]:
    # Tables, such as `deadlines`, are the platform's own.
    return {name: value for name, value in defaults.items() if name not in BESIDE and not isinstance(value, dict)}


def _options(body: dict[str, Any]) -> dict[str, Any]:
    options = {name: body[name] for name in OPTIONS if body.get(name) is not None}
    most = body.get("max_completion_tokens", body.get("max_tokens"))
    if most is not None:
        options["num_predict"] = most
    stop = body.get("stop")
    if stop is not None:
        options["stop"] = [stop] if isinstance(stop, str) else stop
    return options


def _format(wanted: Any) -> Any:
    """`response_format`: "json", or the schema itself, or None."""
    if wanted is None:
        return None
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_schema":
        described = wanted.get("json_schema")
        schema = described.get("schema") if isinstance(described, dict) else None
        if not isinstance(schema, dict):
            raise Refused("response_format.json_schema.schema must be an object.")
        return schema
    if kind not in ("text", "json_object"):
        raise Refused("response_format.type must be text, json_object or json_schema.")
    return "json" if kind == "json_object" else None


def _logprobs(body: dict[str, Any]) -> dict[str, Any]:
    """A flag and a number in chat; the older completions have one number for both."""
    wanted, top = body.get("logprobs"), body.get("top_logprobs")
    if type(wanted) is int:
        wanted, top = True, wanted
    return {"logprobs": wanted, "top_logprobs": top} if wanted else {}


def _think(body: dict[str, Any]) -> Any:
    effort = body.get("reasoning_effort")
    return False if effort == "none" else effort


def _tools(body: dict[str, Any]) -> list[Any]:
    """The tools, less those that `tool_choice` rules out: Ollama has no choice of its own."""
    tools, choice = body.get("tools") or [], body.get("tool_choice")
    if not isinstance(tools, list):
        raise Refused("tools must be a list.")
    if choice == "none":
        return []
    if isinstance(choice, dict):
        wanted = choice.get("function")
        return [tool for tool in tools if isinstance(tool, dict) and _name(tool.get("function")) == _name(wanted)]
    return tools


def _name(function: Any) -> str:
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else json.dumps(function)
