"""What the official clients make of an answer, by their synchronous and their asynchronous half alike: parsed objects,
calls of several tools that stream, the number of the request, and an end in the middle."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import anthropic
import openai
import pytest
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from tests.fakes.openai_server import OpenAIServer
from tests.integration.sdks.test_official_client import CITY, HELLO, fake, newest
from tests.machine import wait_for
from tests.platform import Platform

FUNCTIONS: Any = [{"type": "function", "function": {"name": n, "parameters": CITY}} for n in ("weather", "time")]
TOOLS: Any = [{"name": name, "input_schema": CITY} for name in ("weather", "time")]


class City(BaseModel):
    city: str


def gpt(mill: Platform, use: Callable[[AsyncOpenAI], Coroutine[Any, Any, Any]]) -> Any:
    async def used() -> Any:
        base = f"http://127.0.0.1:{mill.port}/v1"
        async with AsyncOpenAI(base_url=base, api_key=mill.key, max_retries=0, timeout=30) as client:
            return await use(client)

    return asyncio.run(used())


def claude(mill: Platform, use: Callable[[AsyncAnthropic], Coroutine[Any, Any, Any]]) -> Any:
    async def used() -> Any:
        base = f"http://127.0.0.1:{mill.port}"
        async with AsyncAnthropic(base_url=base, api_key=mill.key, max_retries=0, timeout=30) as client:
            return await use(client)

    return asyncio.run(used())


def test_parsed_chats(client: OpenAI, mill: Platform) -> None:
    asked: Any = {"model": "vendor", "messages": HELLO, "response_format": City}

    async def streamed(one: AsyncOpenAI) -> Any:
        async with one.chat.completions.stream(**asked) as stream:
            return await stream.get_final_completion()

    whole = client.chat.completions.parse(**asked)
    for made in (whole, gpt(mill, lambda one: one.chat.completions.parse(**asked)), gpt(mill, streamed)):
        assert made.choices[0].message.parsed == City(city="text")
    # The number of the request is the job's.
    assert whole._request_id and mill.job(whole._request_id)["status"] == "succeeded"


def test_parsed_responses(client: OpenAI, mill: Platform) -> None:
    asked: Any = {"model": "vendor", "input": "hello", "text_format": City}

    async def streamed(one: AsyncOpenAI) -> Any:
        async with one.responses.stream(**asked) as stream:
            return await stream.get_final_response()

    for made in (
        client.responses.parse(**asked),
        gpt(mill, lambda one: one.responses.parse(**asked)),
        gpt(mill, streamed),
    ):
        assert made.output_parsed == City(city="text") and made.status == "completed"


def test_parsed_tools(client: OpenAI) -> None:
    tools: Any = [openai.pydantic_function_tool(City)]
    asked: Any = {"model": "vendor", "messages": HELLO, "tools": tools, "tool_choice": "required"}
    made = client.chat.completions.parse(**asked)
    assert made.choices[0].message.tool_calls
    assert made.choices[0].message.tool_calls[0].function.parsed_arguments == City(city="text")


def test_calls_of_two_tools_that_stream(client: OpenAI, mill: Platform) -> None:
    asked: Any = {"model": "vendor", "messages": HELLO, "tools": FUNCTIONS, "tool_choice": "required"}
    asked["extra_body"] = fake(calls=2)

    async def streamed(one: AsyncOpenAI) -> Any:
        async with one.chat.completions.stream(**asked) as stream:
            seen = [event async for event in stream]
            return seen, await stream.get_final_completion()

    with client.chat.completions.stream(**asked) as stream:
        both = [(list(stream), stream.get_final_completion()), gpt(mill, streamed)]
    for events, made in both:
        calls = made.choices[0].message.tool_calls
        said = [(call.function.name, json.loads(call.function.arguments)) for call in calls]
        assert said == [("weather", {"city": "text"}), ("time", {"city": "text"})]
        assert len({call.id for call in calls}) == 2 and made.choices[0].finish_reason == "tool_calls"
        done = [event.index for event in events if event.type == "tool_calls.function.arguments.done"]
        assert done == [0, 1]
    alone = client.chat.completions.create(**asked, parallel_tool_calls=False)
    assert len(alone.choices[0].message.tool_calls or ()) == 1


def test_several_choices_that_stream(mill: Platform) -> None:
    async def streamed(one: AsyncOpenAI) -> dict[int, str]:
        texts = dict.fromkeys(range(3), "")
        wanted = fake(tokens=10, interval_ms=5)
        stream = await one.chat.completions.create(
            model="vendor", messages=HELLO, n=3, seed=7, stream=True, extra_body=wanted
        )
        async for chunk in stream:
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
        return texts

    texts = gpt(mill, streamed)
    assert len(set(texts.values())) == 3 and all(len(text.split()) == 10 for text in texts.values())


def test_embeddings_and_models(client: OpenAI, mill: Platform) -> None:
    asked: Any = {"model": "demo", "input": ["a mill", "a wheel"]}
    made = gpt(mill, lambda one: one.embeddings.create(**asked))
    assert [each.embedding for each in made.data] == [each.embedding for each in client.embeddings.create(**asked).data]

    async def listed(one: AsyncOpenAI) -> set[str]:
        return {model.id async for model in one.models.list()}

    assert {"demo", "vendor"} <= gpt(mill, listed)


def test_an_error_in_the_middle_of_a_stream(mill: Platform, vendor: OpenAIServer, monkeypatch: Any) -> None:
    async def cut(one: AsyncOpenAI) -> tuple[str, Any]:
        stream = await one.chat.completions.create(model="vendor", messages=HELLO, stream=True)
        text = ""
        with pytest.raises(openai.APIError) as failed:
            async for chunk in stream:
                text += chunk.choices[0].delta.content or ""
        return text, failed.value

    async def message_cut(one: AsyncAnthropic) -> tuple[str, Any]:
        text = ""
        with pytest.raises(anthropic.APIStatusError) as failed:
            async with one.messages.stream(model="vendor", max_tokens=100, messages=HELLO) as stream:
                async for piece in stream.text_stream:
                    text += piece
        return text, failed.value

    for name, value in {"mode": "error_event", "tokens": 20, "interval_ms": 5}.items():
        monkeypatch.setitem(vendor.defaults, name, value)
    for text, failure in (gpt(mill, cut), claude(mill, message_cut)):
        assert text.startswith("w0 w1 ") and "broke off" in failure.message
    assert newest(mill)["status"] != "succeeded"


def test_who_leaves_a_stream_has_the_job_cancelled(mill: Platform) -> None:
    async def left(one: AsyncOpenAI) -> None:
        wanted = fake(tokens=5000, interval_ms=10)
        async with await one.chat.completions.create(
            model="vendor", messages=HELLO, stream=True, extra_body=wanted
        ) as stream:
            async for _ in stream:
                break

    gpt(mill, left)
    wait_for(lambda: newest(mill)["status"] == "cancelled", 10, "the job to be cancelled")


def test_messages_parsed_and_with_tools_that_stream(mill: Platform, vendor: OpenAIServer, monkeypatch: Any) -> None:
    asked: Any = {"model": "vendor", "max_tokens": 50, "messages": HELLO}
    made = claude(mill, lambda one: one.messages.parse(**asked, output_format=City))
    assert made.parsed_output == City(city="text")
    assert made._request_id and mill.job(made._request_id)["status"] == "succeeded"
    monkeypatch.setitem(vendor.defaults, "calls", 2)
    forced = asked | {"tools": TOOLS, "tool_choice": {"type": "any"}}

    async def streamed(one: AsyncAnthropic) -> Any:
        async with one.messages.stream(**forced) as stream:
            return await stream.get_final_message()

    with Anthropic(base_url=f"http://127.0.0.1:{mill.port}", api_key=mill.key, max_retries=0) as one:
        with one.messages.stream(**forced) as stream:
            both = [stream.get_final_message(), claude(mill, streamed)]
    for message in both:
        calls = [(block.name, block.input) for block in message.content if block.type == "tool_use"]
        assert calls == [("weather", {"city": "text"}), ("time", {"city": "text"})]
        assert message.stop_reason == "tool_use"
