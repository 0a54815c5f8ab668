"""LangChain's own `ChatOpenAI` and `OpenAIEmbeddings`, unmodified: another base URL and key, and nothing else."""

import asyncio
import math
from typing import Any

import openai
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

from tests.fakes.openai_server import OpenAIServer
from tests.integration.sdks.test_official_client import fake
from tests.platform import Platform


class City(BaseModel):
    """Where somebody wants to go."""

    city: str


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


def chat(mill: Platform, **more: Any) -> ChatOpenAI:
    place: Any = {"base_url": f"http://127.0.0.1:{mill.port}/v1", "api_key": SecretStr(mill.key)}
    return ChatOpenAI(**({"model": "vendor", "max_retries": 0, "timeout": 30} | place | more))


def test_invoke(mill: Platform) -> None:
    said = chat(mill, extra_body=fake(tokens=3)).invoke([("system", "Be brief."), ("human", "hello")])
    assert said.content == "w0 w1 w2 " and said.response_metadata["finish_reason"] == "stop"
    assert said.usage_metadata and said.usage_metadata["output_tokens"] == 3
    assert said.response_metadata["model_name"] == "vendor"


def test_stream_with_its_usage(mill: Platform) -> None:
    pieces = list(chat(mill, stream_usage=True, extra_body=fake(tokens=30, interval_ms=15)).stream("hello"))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert whole.content == "".join(f"w{i} " for i in range(30)) and len(pieces) > 5
    assert whole.usage_metadata and whole.usage_metadata["output_tokens"] == 30


def test_asynchronously(mill: Platform) -> None:
    async def asked() -> tuple[Any, str]:
        model = chat(mill, extra_body=fake(tokens=4))
        return (await model.ainvoke("hello")).content, "".join([str(p.content) async for p in model.astream("hello")])

    assert asyncio.run(asked()) == ("w0 w1 w2 w3 ", "w0 w1 w2 w3 ")


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_go_back(mill: Platform, vendor: OpenAIServer, stream: bool) -> None:
    question = HumanMessage("What is the weather in Ulm?")
    model = chat(mill, extra_body=fake(calls=2)).bind_tools([weather], tool_choice="any")
    if stream:
        first, *rest = model.stream([question])
        said: Any = sum(rest, first)
    else:
        said = model.invoke([question])
    assert [call["name"] for call in said.tool_calls] == ["weather", "weather"]
    results = [weather.invoke(call) for call in said.tool_calls]
    assert isinstance(results[0], ToolMessage)
    after = chat(mill, extra_body=fake(tokens=2)).bind_tools([weather]).invoke([question, said, *results])
    assert after.content == "w0 w1 "
    sent = vendor.requests[-1]["body"]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool"]
    assert sent[2]["tool_call_id"] == said.tool_calls[0]["id"] and sent[2]["content"].startswith("rain in")


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_structured_output(mill: Platform, method: Any) -> None:
    # In the plain JSON mode the model may say any object: the vendor says an empty one.
    model = chat(mill).with_structured_output(dict if method == "json_mode" else City, method=method)
    assert model.invoke("Where?") == ({} if method == "json_mode" else City(city="text"))


def test_over_the_responses_api(mill: Platform) -> None:
    model = chat(mill, use_responses_api=True, extra_body=fake(tokens=3))
    assert model.invoke("hello").text == "w0 w1 w2 " == "".join(piece.text for piece in model.stream("hello"))


def test_embeddings(mill: Platform) -> None:
    place: Any = {"base_url": f"http://127.0.0.1:{mill.port}/v1", "api_key": SecretStr(mill.key)}
    # Without this it would send the token ids of OpenAI's vocabulary, which it would have to download.
    model = OpenAIEmbeddings(model="demo", check_embedding_ctx_length=False, **place)
    mill_, wheel, cat = model.embed_documents(["the mill by the river", "a mill by a river", "a black cat"])
    assert math.hypot(*mill_) == pytest.approx(1.0, abs=1e-5)
    near, far = (sum(a * b for a, b in zip(mill_, other, strict=True)) for other in (wheel, cat))
    assert near > far
    assert model.embed_query("the mill by the river") == pytest.approx(mill_, abs=1e-6)


def test_its_errors_are_the_clients(mill: Platform) -> None:
    with pytest.raises(openai.NotFoundError):
        chat(mill, model="none").invoke("hello")
    with pytest.raises(openai.AuthenticationError):
        chat(mill, api_key=SecretStr("mr_live_wrong")).invoke("hello")
