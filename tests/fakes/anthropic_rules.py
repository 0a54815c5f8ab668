"""What Anthropic refuses, as its reference and its errors say: a fake that took anything would prove nothing."""

from collections.abc import Iterator
from typing import Any

Problem = tuple[int, str, str]

FIELDS = frozenset(
    (
        *("model", "messages", "max_tokens", "system", "stream", "stop_sequences", "tools", "tool_choice", "thinking"),
        *("metadata", "output_config", "service_tier", "container", "context_management", "mcp_servers", "speed"),
        *("cache_control", "inference_geo", "diagnostics", "user_profile_id", "fake"),
    )
)
SAMPLING = frozenset(("temperature", "top_p", "top_k"))
BLOCKS = ("text", "image", "document", "thinking", "redacted_thinking", "tool_use", "tool_result", "search_result")
LIMITS = ("minimum", "maximum", "minLength", "maxLength", "multipleOf", "maxItems")


def problem(headers: Any, body: Any, keys: list[str] | None = None) -> Problem | None:
    """The first thing that is wrong: (status, type, message)."""
    return next(_problems(headers, body, keys), None)


def _problems(headers: Any, body: Any, keys: list[str] | None) -> Iterator[Problem]:
    given = headers.get("x-api-key") or (headers.get("authorization") or "").removeprefix("Bearer ")
    if not given:
        yield 401, "authentication_error", "x-api-key header is required"
    if keys and given not in keys:
        yield 401, "authentication_error", f"invalid x-api-key {given}"
    version = headers.get("anthropic-version")
    if version not in ("2023-06-01", "2026-10-21"):
        yield _bad("anthropic-version: header is required")
    if not isinstance(body, dict):
        yield _bad("body: must be an object")
    for name in body.keys() - FIELDS - (SAMPLING if version == "2023-06-01" else frozenset()):
        yield _bad(f"{name}: Extra inputs are not permitted")
    if body.get("model") == "missing":
        yield 404, "not_found_error", "model: missing"
    if type(body.get("max_tokens")) is not int or body["max_tokens"] < 1:
        yield _bad("max_tokens: Field required")
    for where, schema in _schemas((body.get("output_config") or {}).get("format", {}).get("schema"), "schema"):
        yield from _schema(where, schema)
    yield from _thinking(body)
    yield from _messages(body.get("messages"))


def _bad(message: str) -> Problem:
    return 400, "invalid_request_error", message


def _thinking(body: dict[str, Any]) -> Iterator[Problem]:
    thinking = body.get("thinking") or {"type": "disabled"}
    if thinking["type"] == "enabled" and not 1_024 <= thinking.get("budget_tokens", 0) < body["max_tokens"]:
        yield _bad("thinking.budget_tokens: must be at least 1024 and less than max_tokens")
    if thinking["type"] != "disabled" and (body.get("tool_choice") or {}).get("type") in ("any", "tool"):
        yield _bad("Thinking may not be enabled when tool_choice forces tool use.")


def _messages(messages: Any) -> Iterator[Problem]:
    if not isinstance(messages, list) or not messages:
        yield _bad("messages: at least one message is required")
        return
    called: set[str] = set()
    for at, message in enumerate(messages):
        where, content = f"messages.{at}.content", message.get("content")
        if message.get("role") not in ("user", "assistant", "system"):
            yield _bad(f"messages.{at}.role: Input should be 'user', 'assistant' or 'system'")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
        if not blocks:
            yield _bad(f"{where}: must not be empty")
        answered = {block.get("tool_use_id") for block in blocks if block.get("type") == "tool_result"}
        if answered != called:
            yield _bad(
                f"{where}: each tool_use must have a corresponding tool_result, and no other: {answered ^ called}"
            )
        called = {block.get("id") for block in blocks if block.get("type") == "tool_use"}
        for block in blocks:
            yield from _block(where, block)
    last = messages[-1]
    if last["role"] == "assistant" and str(blocks[-1].get("text", "x"))[-1:].isspace():
        yield _bad("messages: final assistant content cannot end with trailing whitespace")


def _block(where: str, block: dict[str, Any]) -> Iterator[Problem]:
    if block.get("type") not in BLOCKS:
        yield _bad(f"{where}: unknown block {block.get('type')}")
    if block.get("type") == "text" and not str(block.get("text") or "").strip():
        yield _bad(f"{where}: text content blocks must be non-empty")
    if block.get("type") == "tool_use" and not isinstance(block.get("input"), dict):
        yield _bad(f"{where}: tool_use.input: Input should be an object")


def _schemas(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield where, schema
        for name, below in (schema.get("properties") or {}).items():
            yield from _schemas(below, f"{where}.{name}")
        yield from _schemas(schema.get("items"), f"{where}.items")


def _schema(where: str, schema: dict[str, Any]) -> Iterator[Problem]:
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield _bad(f"output_config.format.{where}: 'additionalProperties' must be explicitly set to false")
    for name in LIMITS:
        if name in schema:
            yield _bad(f"output_config.format.{where}: property {name} is not supported")
