"""Anthropic's and OpenAI's own clients, unmodified, against the dialects: whichever vendor answers behind them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from pydantic import BaseModel

from millrace.engines.anthropic.engine import Anthropic
from millrace.engines.openai import OpenAI
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.openai_server import OpenAIServer
from tests.integration.dialects.door import Door

HI: list[Any] = [{"role": "user", "content": "hi"}]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS: list[Any] = [{"name": name, "description": "d", "input_schema": CITY} for name in ("weather", "time")]
FUNCTIONS: list[Any] = [{"type": "function", "name": name, "parameters": CITY} for name in ("weather", "time")]


class City(BaseModel):
    city: str


@pytest.fixture(params=["openai", "anthropic"])
def backend(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    """(a fake vendor, an engine that asks it)."""
    if request.param == "openai":
        with OpenAIServer(tokens=4) as fake:
            yield fake, OpenAI(fake.url, key="sk")
    else:
        with AnthropicServer(tokens=4) as other:
            yield other, Anthropic(other.url, key="sk", max_output=1_000)


@pytest.fixture
def door(backend: tuple[Any, Any]) -> Iterator[Door]:
    with Door(backend[1]) as running:
        yield running


@pytest.fixture
def claude(door: Door) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=door.url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(door: Door) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{door.url}/v1", api_key="k", max_retries=0) as client:
        yield client


def test_a_message(claude: anthropic.Anthropic) -> None:
    message = claude.messages.create(model="m", max_tokens=50, messages=HI, system="be brief")
    assert [block.type for block in message.content] == ["text"]
    assert message.content[0].text == "w0 w1 w2 w3 "  # type: ignore[union-attr]
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 4)


def test_a_streamed_message(claude: anthropic.Anthropic) -> None:
    with claude.messages.stream(model="m", max_tokens=50, messages=HI) as stream:
        told = list(stream.text_stream)
        final = stream.get_final_message()
    assert "".join(told) == "w0 w1 w2 w3 " == final.content[0].text  # type: ignore[union-attr]
    assert final.usage.output_tokens == 4 and final.usage.input_tokens > 0


def test_an_asynchronous_client(door: Door) -> None:
    async def asked() -> str:
        async with anthropic.AsyncAnthropic(base_url=door.url, api_key="k") as client:
            async with client.messages.stream(model="m", max_tokens=50, messages=HI) as stream:
                return await stream.get_final_text()

    assert asyncio.run(asked()) == "w0 w1 w2 w3 "


@pytest.mark.parametrize("stream", [True, False])
def test_tools_are_called_and_their_results_go_back(claude: anthropic.Anthropic, backend: Any, stream: bool) -> None:
    backend[0].defaults["calls"] = 2
    asked: dict[str, Any] = {"model": "m", "max_tokens": 50, "tools": TOOLS}
    forced = asked | {"messages": HI, "tool_choice": {"type": "any"}}
    if stream:
        with claude.messages.stream(**forced) as running:
            message = running.get_final_message()
    else:
        message = claude.messages.create(**forced)
    calls = [block for block in message.content if block.type == "tool_use"]
    assert message.stop_reason == "tool_use"
    assert [(call.name, call.input) for call in calls] == [("weather", {"city": "text"}), ("time", {"city": "text"})]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "rain"} for call in calls]
    turns = [*HI, {"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
    after = claude.messages.create(**asked, messages=turns)
    assert after.stop_reason == "end_turn"


def test_a_structured_answer(claude: anthropic.Anthropic) -> None:
    answered = claude.messages.parse(model="m", max_tokens=50, messages=HI, output_format=City)
    assert answered.parsed_output == City(city="text")


def test_thoughts(claude: anthropic.Anthropic, backend: Any) -> None:
    backend[0].defaults["thinking"] = ["let ", "me see"]
    with claude.messages.stream(model="m", max_tokens=50, messages=HI, thinking={"type": "adaptive"}) as stream:
        message = stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking == "let me see"  # type: ignore[union-attr]
    again = [*HI, {"role": "assistant", "content": message.content}, *HI]
    assert claude.messages.create(model="m", max_tokens=50, messages=again).stop_reason == "end_turn"


def test_errors_are_those_of_its_client(claude: anthropic.Anthropic, backend: Any) -> None:
    with pytest.raises(anthropic.BadRequestError, match="max_tokens"):
        claude.messages.create(model="m", max_tokens=0, messages=HI)
    backend[0].defaults |= {"mode": "status", "status": 503}
    with pytest.raises(anthropic.OverloadedError):
        claude.messages.create(model="m", max_tokens=5, messages=HI)
    backend[0].defaults |= {"mode": "torn"}
    with pytest.raises(anthropic.APIStatusError, match="broke"):
        with claude.messages.stream(model="m", max_tokens=5, messages=HI) as stream:
            stream.get_final_message()


def test_tokens_are_counted(claude: anthropic.Anthropic) -> None:
    assert claude.messages.count_tokens(model="m", messages=HI, tools=TOOLS).input_tokens > 20


def test_a_response(gpt: openai.OpenAI) -> None:
    made = gpt.responses.create(model="m", input="hi", instructions="be brief", max_output_tokens=50)
    assert (made.output_text, made.status) == ("w0 w1 w2 w3 ", "completed")
    assert made.usage and made.usage.output_tokens == 4


def test_a_streamed_response(gpt: openai.OpenAI) -> None:
    with gpt.responses.stream(model="m", input="hi") as stream:
        told = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert "".join(told) == "w0 w1 w2 w3 " == final.output_text


def test_a_response_goes_on_after_any_of_its_events(gpt: openai.OpenAI) -> None:
    events = list(gpt.responses.create(model="m", input="hi", stream=True))
    id = events[0].response.id  # type: ignore[union-attr]
    for at in (0, 3, len(events) - 2):
        left = list(gpt.responses.retrieve(id, stream=True, starting_after=events[at].sequence_number))
        assert [event.model_dump() for event in left] == [event.model_dump() for event in events[at + 1 :]]


@pytest.mark.parametrize("stream", [True, False])
def test_functions_are_called_and_their_outputs_go_back(gpt: openai.OpenAI, backend: Any, stream: bool) -> None:
    backend[0].defaults["calls"] = 2
    forced: dict[str, Any] = {"model": "m", "input": "hi", "tools": FUNCTIONS, "tool_choice": "required"}
    if stream:
        with gpt.responses.stream(**forced) as running:
            made: Any = running.get_final_response()
    else:
        made = gpt.responses.create(**forced)
    calls = [item for item in made.output if item.type == "function_call"]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("weather", {"city": "text"}),
        ("time", {"city": "text"}),
    ]
    outputs = [{"type": "function_call_output", "call_id": call.call_id, "output": "rain"} for call in calls]
    turns: list[Any] = [*HI, *(item.model_dump(exclude_none=True) for item in made.output), *outputs]
    assert gpt.responses.create(model="m", input=turns, tools=FUNCTIONS).output_text == "w0 w1 w2 w3 "


def test_a_parsed_response(gpt: openai.OpenAI) -> None:
    assert gpt.responses.parse(model="m", input="hi", text_format=City).output_parsed == City(city="text")


def test_an_answer_that_was_cut_short_is_incomplete(gpt: openai.OpenAI) -> None:
    made = gpt.responses.create(model="m", input="hi", max_output_tokens=2)
    assert made.status == "incomplete"
    assert made.incomplete_details and made.incomplete_details.reason == "max_output_tokens"


def test_reasoning_goes_back_with_its_seal(gpt: openai.OpenAI, backend: Any) -> None:
    backend[0].defaults["thinking"] = ["let ", "me see"]
    with gpt.responses.stream(model="m", input="hi", reasoning={"effort": "low"}) as stream:
        made = stream.get_final_response()
    assert [item.type for item in made.output] == ["reasoning", "message"]
    turns: list[Any] = [*HI, *(item.model_dump(exclude_none=True) for item in made.output), *HI]
    gpt.responses.create(model="m", input=turns)
    sent = backend[0].requests[-1]["body"]["messages"][1]
    if isinstance(backend[1], Anthropic):
        assert sent["content"][0] == {"type": "thinking", "thinking": "let me see", "signature": "c2lnbmVk"}
    else:
        assert sent == {"role": "assistant", "content": "w0 w1 w2 w3 "}
