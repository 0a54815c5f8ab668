"""What the Ollama engine sends, and what it makes of what comes back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Refused
from millrace.engines.ollama.engine import Ollama
from tests.fakes.ollama_server import OllamaServer

PIXEL = "iVBORw0KGgo="
CHAT = "/v1/chat/completions"


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


def run(
    server: OllamaServer, body: dict[str, Any], *, endpoint: str = CHAT, stream: bool = True, **options: Any
) -> Any:
    *deltas, answer = Ollama(server.url, options=options).run(Call(endpoint, body, "tiny", stream))
    assert isinstance(answer, Answer)
    return server.requests[-1]["body"], deltas, answer


def test_a_key_that_a_tenant_brings_is_sent_and_its_rejection_is_theirs_to_mend(server: OllamaServer) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}]}
    list(Ollama(server.url).run(Call(CHAT, body, "tiny", True, key="sk-tenant")))
    assert server.requests[-1]["headers"]["Authorization"] == "Bearer sk-tenant"
    server.defaults |= {"mode": "status", "status": 401}
    with pytest.raises(Refused, match="that you brought"):
        list(Ollama(server.url).run(Call(CHAT, body, "tiny", True, key="sk-wrong")))


def test_a_chat_in_ollamas_shape(server: OllamaServer) -> None:
    parts = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]
    called = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Ulm"}'}}
    messages = [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": None, "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
    ]
    schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}}
    body = {
        "messages": messages,
        "max_completion_tokens": 3,
        "stop": "end",
        "seed": 1,
        "temperature": 0,
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": schema}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
        "logprobs": True,
        "top_logprobs": 2,
    }
    options = {"keep_alive": "5m", "num_ctx": 4096, "deadlines": {"idle": 5}}
    sent, _, answer = run(server, body, stream=True, **options)
    assert sent["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "what is this?", "images": [PIXEL]},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "function": {"name": "weather", "arguments": {"city": "Ulm"}}}],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "c1", "tool_name": "weather"},
    ]
    assert sent["options"] == {"num_ctx": 4096, "num_predict": 3, "stop": ["end"], "seed": 1, "temperature": 0}
    assert (sent["format"], sent["keep_alive"], sent["tools"]) == (schema, "5m", body["tools"])
    assert (sent["logprobs"], sent["top_logprobs"], sent["stream"]) == (True, 2, True)
    assert answer.body["choices"][0]["message"]["content"] == "w0 w1 w2 "
    assert answer.body["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


@pytest.mark.parametrize("stream", [True, False])
def test_tool_calls_come_back_in_openais_shape(server: OllamaServer, stream: bool) -> None:
    server.defaults = {"mode": "tools"}
    _, deltas, answer = run(server, {"messages": [{"role": "user", "content": "x"}]}, stream=stream)
    choice = answer.body["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert (call["type"], call["function"]["name"]) == ("function", "weather")
    assert json.loads(call["function"]["arguments"]) == {"city": "Ulm"}
    assert any(isinstance(delta, Delta) and delta.extra for delta in deltas) == stream


def test_a_length_is_a_length(server: OllamaServer) -> None:
    server.defaults = {"reason": "length"}
    _, _, answer = run(server, {"prompt": "x"}, endpoint="/v1/completions")
    assert answer.body["choices"][0]["finish_reason"] == "length"


def test_embeddings_can_be_packed(server: OllamaServer) -> None:
    body = {"input": "x", "dimensions": 3, "encoding_format": "base64"}
    sent, _, answer = run(server, body, endpoint="/v1/embeddings", stream=False)
    assert sent["dimensions"] == 3 and "stream" not in sent
    assert answer.body["data"][0]["embedding"] == "mpkZP83MTD8AAAAA"


def test_a_missing_model_is_named(server: OllamaServer) -> None:
    body = {"messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(Refused, match="missing") as refused:
        list(Ollama(server.url).run(Call(CHAT, body, "missing", True)))
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("messages", [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/y.png"}}]}]),
        ("messages", [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "/etc/passwd"}}]}]),
        ("messages", [{"role": "nobody", "content": "x"}]),
        ("messages", [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}]),
        ("n", 2),
        ("logit_bias", {"1": 2}),
        ("response_format", {"type": "yaml"}),
    ],
)
def test_what_ollama_cannot_do_is_refused(server: OllamaServer, field: str, value: Any) -> None:
    body = {"messages": [{"role": "user", "content": "x"}], field: value}
    with pytest.raises(Refused):
        run(server, body)
    assert server.requests == []
