"""What the compatible engine sends, and what it makes of what comes back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from millrace.engines.compatible import Compatible
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Broken, Failure, Refused, Unavailable
from tests.fakes.openai_server import OpenAIServer

MESSAGES = [{"role": "user", "content": "hi"}]

KINDS: dict[type[Failure], list[int]] = {
    Unavailable: [429, 502, 503, 504],
    Refused: [301, 400, 401, 403, 404, 413, 422],
    Broken: [408, 500],
}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def run(server: OpenAIServer, stream: bool = True, **fields: Any) -> list[Delta | Answer]:
    body = {"messages": MESSAGES, **fields}
    return list(Compatible(server.url).run(Call("/v1/chat/completions", body, "upstream-name", stream)))


def answer(items: list[Delta | Answer]) -> Answer:
    assert isinstance(items[-1], Answer)
    return items[-1]


def test_the_body_goes_through_but_for_model_and_stream(server: OpenAIServer) -> None:
    sent = {"tools": [{"x": 1}], "logprobs": True, "odd": {"deep": [1, None]}, "model": "mine"}
    run(server, **sent, stream_options={"mine": 1})
    got = server.requests[-1]["body"]
    assert got == sent | {
        "messages": MESSAGES,
        "model": "upstream-name",
        "stream": True,
        "stream_options": {"mine": 1, "include_usage": True},
    }
    run(server, False, **sent, stream_options={"mine": 1})
    assert server.requests[-1]["body"] == {name: got[name] for name in got if not name.startswith("stream")}


@pytest.mark.parametrize("base", ["", "/v1", "/v1/", "/"])
def test_the_url_may_end_in_v1(server: OpenAIServer, base: str) -> None:
    assert Compatible(server.url + base).models() == ["fake-1", "fake-2"]
    assert server.requests[-1]["path"] == "/v1/models"


def test_the_key_comes_from_the_environment(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Compatible(server.url, key_env="SOME_KEY")
    asked = Call("/v1/chat/completions", {"messages": MESSAGES}, "m", False)
    with pytest.raises(Refused, match="SOME_KEY is not set"):
        list(engine.run(asked))
    monkeypatch.setenv("SOME_KEY", "secret\n")
    list(engine.run(asked))
    assert server.requests[-1]["headers"]["Authorization"] == "Bearer secret"


def test_tool_calls_are_put_together(server: OpenAIServer) -> None:
    items = run(server, fake={"mode": "tools"})
    assert [item.extra is not None for item in items if isinstance(item, Delta)] == [True, True]
    choice = answer(items).body["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    called = {"name": "weather", "arguments": '{"city": "Ulm"}'}
    assert choice["message"]["tool_calls"] == [{"id": "call_1", "type": "function", "function": called}]


@pytest.mark.parametrize("stream", [True, False])
def test_usage_that_is_missing_is_estimated(server: OpenAIServer, stream: bool) -> None:
    found = answer(run(server, stream, fake={"usage": False, "tokens": 40}))
    assert found.usage.estimated and found.usage.input_tokens > 0 and found.usage.output_tokens > 20
    assert found.body["usage"]["estimated"] is True


def test_an_end_without_done_is_an_end_where_the_choices_have_ended(server: OpenAIServer) -> None:
    assert answer(run(server, fake={"done": False})).body["choices"][0]["finish_reason"] == "stop"
    with pytest.raises(Broken, match="before its end"):
        run(server, fake={"mode": "quiet_end"})


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("status", "kind"), [(status, kind) for kind, found in KINDS.items() for status in found])
def test_a_status_means_a_kind_of_failure(server: OpenAIServer, stream: bool, status: int, kind: type[Failure]) -> None:
    how = {"mode": "status", "status": status, "message": "bad key sk-123", "headers": {"Retry-After": "7"}}
    with pytest.raises(kind) as raised:
        run(server, stream, fake=how)
    assert raised.value.status == status
    assert ("sk-123" in raised.value.message) == (status not in (401, 403, 301))
    assert getattr(raised.value, "retry_after", 7.0) == 7.0


def test_an_error_in_the_middle_is_a_failure(server: OpenAIServer) -> None:
    with pytest.raises(Broken, match="as requested"):
        run(server, fake={"mode": "error_event"})


def test_nul_and_half_characters_do_not_come_through(server: OpenAIServer) -> None:
    items = run(server, fake={"text": ["a\x00b", "\ud83d", "é", "\U0001f600"]})
    text = "".join(item.text for item in items if isinstance(item, Delta))
    assert text == "a\ufffdb\ufffdé\U0001f600" == answer(items).body["choices"][0]["message"]["content"]
    json.dumps(answer(items).body).encode()


def test_connections_are_kept_after_streams_too(server: OpenAIServer) -> None:
    for _ in range(4):
        run(server)
    assert server.connections == 1
