"""What the Anthropic engine sends, and what it makes of what comes back. The fake refuses what Anthropic refuses."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from millrace.engines.anthropic.engine import Anthropic
from millrace.engines.engine import Answer, Call, Deadlines, Delta
from millrace.engines.failures import Broken, Failure, Refused, TimedOut, Unavailable
from tests.fakes.anthropic_server import AnthropicServer

PIXEL = "iVBORw0KGgo="
CHAT = "/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "hi"}]
CITY = {"type": "object", "properties": {"city": {"const": "Ulm"}}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": CITY}}

streaming = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


@pytest.fixture
def server() -> Iterator[AnthropicServer]:
    with AnthropicServer(keys=["sk-1", "sk-tenant"]) as running:
        yield running


def run(
    server: AnthropicServer, body: dict[str, Any], stream: bool = True, *, key: str | None = None, **engine: Any
) -> tuple[dict[str, Any], list[Delta], Answer]:
    """(what was sent, the deltas, the answer)."""
    call = Call(CHAT, {"messages": MESSAGES, **body}, "claude-x", stream, key=key)
    *deltas, answer = Anthropic(server.url, key="sk-1", **engine).run(call)
    assert isinstance(answer, Answer)
    return server.requests[-1]["body"], [one for one in deltas if isinstance(one, Delta)], answer


def fake(**how: Any) -> dict[str, Any]:
    return {"anthropic": {"fake": how}}


def test_a_chat_in_anthropics_shape(server: AnthropicServer) -> None:
    parts = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]
    called = {"id": "call:1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Ulm"}'}}
    messages = [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "call:1", "content": "rain"},
        {"role": "user", "content": "and?"},
        {"role": "system", "content": "be kind"},
    ]
    body = {"messages": messages, "stop": ["end", " "], "user": "ann", "seed": 1, "max_completion_tokens": 7}
    sent, _, answer = run(server, body | {"tools": [TOOL], "parallel_tool_calls": False, "temperature": 0.2})
    assert sent["system"] == [{"type": "text", "text": "be brief"}, {"type": "text", "text": "be kind"}]
    assert [turn["role"] for turn in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["messages"][0]["content"][1:] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
    ]
    assert sent["messages"][1]["content"][0] == {
        "type": "tool_use",
        "id": "call_1",
        "name": "weather",
        "input": {"city": "Ulm"},
    }
    assert [block["type"] for block in sent["messages"][2]["content"]] == ["tool_result", "text"]
    assert sent["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert (sent["stop_sequences"], sent["max_tokens"], len(sent["metadata"]["user_id"])) == (["end"], 7, 64)
    assert "ann" not in json.dumps(sent["metadata"]) and "seed" not in sent and "temperature" not in sent
    assert server.requests[-1]["headers"]["anthropic-version"] == "2026-10-21"
    assert answer.body["choices"][0]["message"]["content"] == "w0 w1 w2 w3 w4 w5 w6 "


def test_the_older_version_of_the_api_still_takes_temperature(server: AnthropicServer) -> None:
    body = {"temperature": 1.7, "top_p": 0.9, "top_k": 5}
    sent, _, _ = run(server, body, options={"version": "2023-06-01"})
    assert (sent["temperature"], sent["top_p"], sent["top_k"]) == (1, 0.9, 5)


def test_an_answers_length_is_the_catalogs_where_nobody_says(server: AnthropicServer) -> None:
    assert run(server, fake(tokens=1))[0]["max_tokens"] == 4_096
    assert run(server, fake(tokens=1), max_output=9_000)[0]["max_tokens"] == 9_000
    assert run(server, fake(tokens=1) | {"max_tokens": 10**9}, max_output=9_000)[0]["max_tokens"] == 9_000


def test_a_long_answer_is_streamed_to_us_though_nobody_wants_deltas(server: AnthropicServer) -> None:
    sent, deltas, answer = run(server, fake(tokens=3), False, max_output=64_000)
    assert sent["stream"] is True and deltas == []
    assert answer.body["choices"][0]["message"]["content"] == "w0 w1 w2 "
    assert "stream" not in run(server, {"max_tokens": 3}, False)[0]


@streaming
def test_tool_calls_come_back_in_openais_shape(server: AnthropicServer, stream: bool) -> None:
    time = {"type": "function", "function": {"name": "time"}}
    _, deltas, answer = run(server, {"tools": [TOOL, time], **fake(mode="tools", calls=2, text=["hm"])}, stream)
    choice = answer.body["choices"][0]
    calls = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls" and choice["message"]["content"] == "hm"
    assert [(call["id"], call["type"], call["function"]["name"]) for call in calls] == [
        ("toolu_0", "function", "weather"),
        ("toolu_1", "function", "time"),
    ]
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [{"city": "Ulm"}, {}]
    found = [call for delta in deltas for call in (delta.extra or {}).get("tool_calls", ())]
    assert {call["index"] for call in found} == ({0, 1} if stream else set())


@pytest.mark.parametrize(
    ("choice", "sent_choice"),
    [
        ("required", {"type": "any"}),
        ("none", {"type": "none"}),
        ({"type": "function", "function": {"name": "weather"}}, {"type": "tool", "name": "weather"}),
    ],
)
def test_the_choice_of_a_tool(server: AnthropicServer, choice: Any, sent_choice: Any) -> None:
    assert run(server, {"tools": [TOOL], "tool_choice": choice})[0]["tool_choice"] == sent_choice


@streaming
def test_thoughts_come_back_and_go_back_with_their_signature(server: AnthropicServer, stream: bool) -> None:
    sent, deltas, answer = run(server, {"reasoning_effort": "high", "max_tokens": 2}, stream)
    assert sent["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert sent["output_config"] == {"effort": "high"}
    message = answer.body["choices"][0]["message"]
    assert message["reasoning_content"] == "Let me see."
    assert message["thinking_blocks"] == [{"type": "thinking", "thinking": "Let me see.", "signature": "c2lnbmVk"}]
    thought = "".join((delta.extra or {}).get("reasoning_content", "") for delta in deltas)
    assert thought == ("Let me see." if stream else "")
    again, _, _ = run(server, {"messages": [*MESSAGES, message, *MESSAGES]}, stream)
    assert again["messages"][1]["content"] == [
        *message["thinking_blocks"],
        {"type": "text", "text": "w0 w1 "},
    ]


@pytest.mark.parametrize(
    ("effort", "thinking", "most", "expected"),
    [
        ("high", "budget", 64_000, {"type": "enabled", "budget_tokens": 16_384}),
        ("high", "budget", 2_000, {"type": "enabled", "budget_tokens": 1_999}),
        ("high", "budget", 1_000, None),
        ("high", "none", 64_000, None),
        ("none", "adaptive", 64_000, {"type": "disabled"}),
    ],
)
def test_how_a_model_thinks_is_the_catalogs_to_say(
    server: AnthropicServer, effort: str, thinking: str, most: int, expected: Any
) -> None:
    body = {"reasoning_effort": effort, "max_tokens": most, **fake(tokens=1)}
    sent, _, _ = run(server, body, options={"thinking": thinking})
    assert sent.get("thinking") == expected and "output_config" not in sent


def test_a_tool_that_is_forced_leaves_no_room_for_thoughts(server: AnthropicServer) -> None:
    sent, _, _ = run(server, {"reasoning_effort": "low", "tools": [TOOL], "tool_choice": "required"})
    assert "thinking" not in sent and sent["output_config"] == {"effort": "low"}


@streaming
def test_a_schema_is_held_to_in_the_form_that_anthropic_takes(server: AnthropicServer, stream: bool) -> None:
    schema = {
        "type": "object",
        "properties": {"age": {"type": "integer", "minimum": 3, "description": "years"}, "in": {"type": "object"}},
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    sent, _, answer = run(server, {"response_format": wanted}, stream)
    assert sent["output_config"]["format"]["schema"]["properties"] == {
        "age": {"type": "integer", "description": 'years\n\n{"minimum": 3}'},
        "in": {"type": "object", "additionalProperties": False},
    }
    assert json.loads(answer.body["choices"][0]["message"]["content"]) == {"age": 1, "in": {}}


@streaming
def test_tokens_are_counted_of_every_kind(server: AnthropicServer, stream: bool) -> None:
    _, _, answer = run(server, {"max_tokens": 5, **fake(cached=100, written=20, thought=7)}, stream)
    usage = answer.usage
    assert (usage.cached_tokens, usage.reasoning_tokens, usage.output_tokens, usage.estimated) == (100, 7, 12, False)
    assert usage.input_tokens > 120
    assert answer.body["usage"]["prompt_tokens_details"] == {"cached_tokens": 100, "cache_write_tokens": 20}
    assert answer.body["usage"]["total_tokens"] == usage.input_tokens + 12


@streaming
@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("stop_sequence", "stop"),
        ("refusal", "content_filter"),
        ("model_context_window_exceeded", "length"),
        ("something_new", "stop"),
    ],
)
def test_why_it_ended(server: AnthropicServer, stream: bool, reason: str, finish: str) -> None:
    _, _, answer = run(server, {"stop": "x", **fake(stop_reason=reason, tokens=2)}, stream)
    choice = answer.body["choices"][0]
    assert choice["finish_reason"] == finish
    assert (choice.get("stop_reason") == "x") == (reason == "stop_sequence")
    assert ("rather not" in str(choice["message"].get("refusal"))) == (reason == "refusal")


ERRORS: list[tuple[dict[str, Any], type[Failure], str]] = [
    ({"mode": "overloaded"}, Unavailable, "engine_unavailable"),
    ({"mode": "rate_limit", "seconds": 30}, Unavailable, "engine_unavailable"),
    ({"mode": "status", "status": 429, "headers": {"retry-after": "7"}}, Unavailable, "engine_unavailable"),
    ({"mode": "status", "status": 429, "code": "enforced_spend_limit_reached"}, Refused, "backend_quota"),
    ({"mode": "status", "status": 402, "error": "billing_error"}, Refused, "backend_quota"),
    ({"mode": "status", "status": 403, "error": "permission_error"}, Refused, "backend_credentials"),
    ({"mode": "status", "status": 413, "error": "request_too_large"}, Refused, "engine_refused"),
    ({"mode": "status", "status": 400, "message": "prompt is too long: 9 > 8"}, Refused, "context_length_exceeded"),
    ({"mode": "status", "status": 504, "error": "timeout_error"}, Unavailable, "engine_unavailable"),
    ({"mode": "status", "status": 500}, Broken, "engine_broken"),
]


@streaming
@pytest.mark.parametrize(
    ("how", "kind", "code"), ERRORS, ids=[str(how.get("status", how["mode"])) for how, _, _ in ERRORS]
)
def test_its_errors_are_told_apart(
    server: AnthropicServer, stream: bool, how: dict[str, Any], kind: type[Failure], code: str
) -> None:
    with pytest.raises(kind) as raised:
        run(server, fake(**how), stream)
    assert raised.value.code == code
    if how["mode"] == "rate_limit":
        assert 25 < (getattr(raised.value, "retry_after", None) or 0) <= 30
    if "headers" in how:
        assert getattr(raised.value, "retry_after", None) == 7.0


@pytest.mark.parametrize(("error", "kind"), [("overloaded_error", Unavailable), ("api_error", Broken)])
def test_an_error_in_the_middle_is_a_failure(server: AnthropicServer, error: str, kind: type[Failure]) -> None:
    with pytest.raises(kind, match="as requested"):
        run(server, fake(mode="error_event", error=error))


def test_a_stream_without_its_last_event_is_broken(server: AnthropicServer) -> None:
    with pytest.raises(Broken, match="before its end"):
        run(server, fake(mode="quiet_end"))


def test_pings_show_that_it_lives_until_the_call_has_taken_too_long(server: AnthropicServer) -> None:
    body = {"messages": MESSAGES, **fake(mode="hang_mid", pings=20)}
    call = Call(CHAT, body, "m", True, Deadlines(idle=0.3, total=0.8))
    with pytest.raises(TimedOut, match=r"longer than 0\.8 s"):
        list(Anthropic(server.url, key="sk-1").run(call))


def test_a_key_that_a_tenant_brings_wins(server: AnthropicServer) -> None:
    run(server, {}, key="sk-tenant")
    assert server.requests[-1]["headers"]["x-api-key"] == "sk-tenant"
    with pytest.raises(Refused, match="that you brought") as refused:
        run(server, {}, key="sk-wrong")
    assert "sk-wrong" not in refused.value.message


def test_a_missing_model_is_named(server: AnthropicServer) -> None:
    with pytest.raises(Refused, match="missing") as refused:
        list(Anthropic(server.url, key="sk-1").run(Call(CHAT, {"messages": MESSAGES}, "missing", True)))
    assert refused.value.code == "model_not_found"


def test_models_are_listed_over_all_pages(server: AnthropicServer) -> None:
    server.defaults |= {"models": ["a", "b", "c/d", "e"], "page": 3}
    assert Anthropic(server.url, key="sk-1").models() == ["a", "b", "c/d", "e"]


def test_what_only_anthropic_knows_goes_through(server: AnthropicServer) -> None:
    native = {
        "betas": ["files-api-2025-04-14", "bad\r\nheader: x"],
        "service_tier": "standard_only",
        "thinking": {"type": "enabled", "budget_tokens": 1_024},
        "model": "another",
        "fake": {"tokens": 1},
    }
    sent, _, _ = run(server, {"anthropic": native, "cache_control": {"type": "ephemeral"}, "reasoning_effort": "low"})
    assert (sent["service_tier"], sent["model"]) == ("standard_only", "claude-x")
    assert sent["thinking"] == native["thinking"] and sent["cache_control"] == {"type": "ephemeral"}
    assert server.requests[-1]["headers"]["anthropic-beta"] == "files-api-2025-04-14"


def test_a_chat_of_the_system_alone_is_answered(server: AnthropicServer) -> None:
    sent, _, _ = run(server, {"messages": [{"role": "system", "content": "sing"}]})
    assert (
        sent["messages"] == [{"role": "user", "content": [{"type": "text", "text": "sing"}]}] and "system" not in sent
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("logprobs", True),
        ("functions", [{"name": "f"}]),
        ("messages", [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]),
        ("messages", [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "/etc/passwd"}}]}]),
        ("messages", [{"role": "assistant", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "{"}}]}]),
        ("messages", [{"role": "user", "content": ""}]),
        ("response_format", {"type": "yaml"}),
        ("tool_choice", {"type": "custom"}),
    ],
)
def test_what_anthropic_cannot_do_is_refused_before_it_is_asked(
    server: AnthropicServer, field: str, value: Any
) -> None:
    with pytest.raises(Refused):
        run(server, {"tools": [TOOL], field: value})
    assert server.requests == []


def test_a_schema_that_is_nested_beyond_reason_is_refused(server: AnthropicServer) -> None:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(300):
        schema = {"type": "array", "items": schema}
    wanted = {"type": "json_schema", "json_schema": {"schema": schema}}
    with pytest.raises(Refused, match="nested"):
        run(server, {"response_format": wanted})


def test_connections_are_kept_after_streams_too(server: AnthropicServer) -> None:
    for _ in range(4):
        run(server, {})
    assert server.connections == 1
