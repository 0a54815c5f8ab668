"""What the OpenAI engine sends beside what the compatible one does, and what it makes of OpenAI's errors."""

from collections.abc import Iterator
from typing import Any

import pytest

from millrace.catalog.catalog import Model
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Failure, Refused, Unavailable
from millrace.engines.openai import OpenAI
from millrace.engines.registry import engine_for
from millrace.settings import settings
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.openai_server import OpenAIServer

MESSAGES = [{"role": "user", "content": "hi"}]
CHAT = "/v1/chat/completions"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(keys=["sk-1", "sk-tenant"]) as running:
        yield running


def run(server: OpenAIServer, stream: bool = True, *, key: str | None = None, **fields: Any) -> list[Delta | Answer]:
    engine = OpenAI(f"{server.url}/v1", key="sk-1", organization="org-1", project="proj-1")
    return list(engine.run(Call(CHAT, {"messages": MESSAGES, **fields}, "gpt-5", stream, key=key)))


def answer(items: list[Delta | Answer]) -> Answer:
    assert isinstance(items[-1], Answer)
    return items[-1]


def test_a_call_is_charged_to_the_platforms_account(server: OpenAIServer) -> None:
    run(server)
    sent = server.requests[-1]["headers"]
    names = ("Authorization", "OpenAI-Organization", "OpenAI-Project")
    assert [sent.get(name) for name in names] == ["Bearer sk-1", "org-1", "proj-1"]


def test_a_key_that_a_tenant_brings_wins_and_has_an_account_of_its_own(server: OpenAIServer) -> None:
    run(server, key="sk-tenant")
    sent = server.requests[-1]["headers"]
    assert sent["Authorization"] == "Bearer sk-tenant"
    assert "OpenAI-Organization" not in sent and "OpenAI-Project" not in sent


def test_who_must_mend_a_key_is_told(server: OpenAIServer) -> None:
    with pytest.raises(Refused, match="that you brought") as refused:
        run(server, key="sk-wrong")
    assert refused.value.code == "backend_credentials" and "sk-wrong" not in refused.value.message


def test_what_reasoning_models_take_goes_through_and_what_only_others_take_does_not(server: OpenAIServer) -> None:
    before = {"role": "assistant", "content": "x", "thinking_blocks": [{"type": "thinking"}], "reasoning_content": "t"}
    theirs = {"reasoning_effort": "high", "max_completion_tokens": 9, "verbosity": "low", "service_tier": "flex"}
    run(server, messages=[before, *MESSAGES], anthropic={"thinking": {}}, **theirs)
    sent = server.requests[-1]["body"]
    assert sent["messages"] == [{"role": "assistant", "content": "x"}, *MESSAGES]
    assert "anthropic" not in sent and {name: sent[name] for name in theirs} == theirs


@pytest.mark.parametrize("stream", [True, False])
def test_cached_and_reasoning_tokens_are_counted(server: OpenAIServer, stream: bool) -> None:
    usage = answer(run(server, stream, fake={"cached": 3, "thought": 4})).usage
    assert (usage.cached_tokens, usage.reasoning_tokens, usage.estimated) == (3, 4, False)


@pytest.mark.parametrize(
    ("how", "kind", "code"),
    [
        ({"mode": "quota"}, Refused, "backend_quota"),
        ({"mode": "rate_limit"}, Unavailable, "engine_unavailable"),
        ({"mode": "status", "status": 400, "code": "context_length_exceeded"}, Refused, "context_length_exceeded"),
        ({"mode": "status", "status": 503, "message": "slow down"}, Unavailable, "engine_unavailable"),
    ],
)
def test_its_errors_are_told_apart(server: OpenAIServer, how: dict[str, Any], kind: type[Failure], code: str) -> None:
    with pytest.raises(kind) as raised:
        run(server, fake=how)
    assert raised.value.code == code
    if how["mode"] == "rate_limit":
        assert getattr(raised.value, "retry_after", None) == 90.0


def test_a_missing_model_is_named(server: OpenAIServer) -> None:
    engine = OpenAI(server.url, key="sk-1")
    with pytest.raises(Refused, match="missing") as refused:
        list(engine.run(Call(CHAT, {"messages": MESSAGES}, "missing", False)))
    assert refused.value.code == "model_not_found"


def test_without_a_key_it_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(Refused, match="OPENAI_API_KEY is not set"):
        list(OpenAI("http://127.0.0.1:1").run(Call(CHAT, {"messages": MESSAGES}, "m", False)))


def test_the_platforms_keys_and_addresses_are_named_as_the_vendors_tools_name_them(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AnthropicServer(keys=["sk-ant"]) as other:
        found = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_ORG_ID": "org-2"}
        found |= {"ANTHROPIC_API_KEY": "sk-ant", "ANTHROPIC_BASE_URL": other.url}
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        for vendor in ("openai", "anthropic"):
            model = Model(name=f"by settings, {vendor}", engine=vendor, lane="x", max_output=7)
            answer(list(engine_for(model).run(Call(CHAT, {"messages": MESSAGES}, "m", False))))
        shown = repr(settings())
    settings.cache_clear()
    assert server.requests[-1]["headers"]["OpenAI-Organization"] == "org-2"
    assert other.requests[-1]["body"]["max_tokens"] == 7
    assert "sk-ant" not in shown and "sk-1" not in shown


def test_choices_logprobs_and_structured_answers_come_whole(server: OpenAIServer) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    choices = answer(run(server, n=2, seed=7, logprobs=True, top_logprobs=1, max_tokens=3)).body["choices"]
    assert [choice["index"] for choice in choices] == [0, 1]
    assert choices[0]["message"]["content"] != choices[1]["message"]["content"]
    assert len(choices[0]["logprobs"]["content"]) == 3
    structured = answer(run(server, response_format=wanted)).body["choices"][0]["message"]["content"]
    assert structured == '{"city": "text"}'


def test_parallel_tool_calls_are_kept_apart(server: OpenAIServer) -> None:
    tools = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in "ab"]
    message = answer(run(server, tools=tools, tool_choice="required", fake={"calls": 2})).body["choices"][0]["message"]
    assert [(call["id"], call["function"]["name"]) for call in message["tool_calls"]] == [
        ("call_1", "a"),
        ("call_2", "b"),
    ]
    assert all(call["function"]["arguments"] == "{}" for call in message["tool_calls"])
