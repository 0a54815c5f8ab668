"""OpenAI's official client, unmodified, against a live platform: it behaves as against the vendor."""

import asyncio
import base64
import json
import struct
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.machine import wait_for
from tests.people import register
from tests.platform import Platform

CITY: Any = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

HELLO: Any = [{"role": "user", "content": "hello"}]


def fake(**switches: Any) -> dict[str, Any]:
    """What the vendor is to do, in a field that no client knows: it passes through."""
    return {"fake": switches}


def newest(mill: Platform) -> dict[str, Any]:
    return mill.request("GET", "/api/v1/jobs?limit=1")[2]["data"][0]  # type: ignore[no-any-return]


def test_a_chat_completion(client: OpenAI, mill: Platform) -> None:
    made = client.chat.completions.with_raw_response.create(model="vendor", messages=HELLO, extra_body=fake(tokens=3))
    answer = made.parse()
    assert answer.choices[0].message.content == "w0 w1 w2 "
    assert answer.model == "vendor" and answer.usage and answer.usage.completion_tokens == 3
    # The request's id is the job's: what was asked can be found again.
    assert mill.job(made.headers["x-request-id"])["status"] == "succeeded"


def test_a_streamed_one_with_usage(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="vendor",
        messages=HELLO,
        stream=True,
        stream_options={"include_usage": True},
        extra_body=fake(tokens=30, interval_ms=15),
    )
    chunks = list(stream)
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    said = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in said) == "".join(f"w{i} " for i in range(30))
    assert said[0].delta.role == "assistant" and all(choice.delta.role is None for choice in said[1:])
    assert [choice.finish_reason for choice in said if choice.finish_reason] == ["stop"]
    assert chunks[-1].choices == [] and chunks[-1].usage and chunks[-1].usage.completion_tokens == 30
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert len(chunks) > 5, "it came at once"


def test_without_usage_no_chunk_mentions_it(client: OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="vendor", messages=HELLO, stream=True))
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


@pytest.mark.parametrize("stream", [False, True])
def test_tool_calls(client: OpenAI, stream: bool) -> None:
    tools: Any = [{"type": "function", "function": {"name": "weather", "parameters": CITY}}]
    asked: Any = {"model": "vendor", "messages": HELLO, "tools": tools, "extra_body": fake(mode="tools")}
    if stream:
        with client.chat.completions.stream(**asked) as events:
            choice = events.get_final_completion().choices[0]
    else:
        choice = client.chat.completions.create(**asked).choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.tool_calls
    call: Any = choice.message.tool_calls[0]
    assert call.id and call.function.name == "weather"
    assert isinstance(json.loads(call.function.arguments)["city"], str)


def test_completions_of_the_older_shape(client: OpenAI) -> None:
    whole = client.completions.create(model="vendor", prompt="once", extra_body=fake(tokens=4))
    assert whole.choices[0].text == "w0 w1 w2 w3 "
    pieces = client.completions.create(model="vendor", prompt="once", stream=True, extra_body=fake(tokens=4))
    assert "".join(piece.choices[0].text for piece in pieces if piece.choices) == "w0 w1 w2 w3 "


def test_embeddings_as_floats_and_as_the_client_prefers_them(client: OpenAI) -> None:
    floats = client.embeddings.create(model="demo", input=["a", "b"], encoding_format="float")
    assert [each.index for each in floats.data] == [0, 1] and isinstance(floats.data[0].embedding[0], float)
    # Left to itself the client asks for base64, and decodes it.
    assert client.embeddings.create(model="demo", input=["a", "b"]).data[1].embedding == pytest.approx(
        floats.data[1].embedding, abs=1e-6
    )
    raw = client.embeddings.with_raw_response.create(model="demo", input="a", encoding_format="base64").http_response
    packed = base64.b64decode(raw.json()["data"][0]["embedding"])
    assert struct.unpack(f"<{len(packed) // 4}f", packed) == pytest.approx(floats.data[0].embedding, abs=1e-6)


def test_models(client: OpenAI) -> None:
    assert {"demo", "vendor"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("vendor").id == "vendor"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nothing/like-it")


def test_errors_are_the_vendors(client: OpenAI, mill: Platform) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-none", messages=HELLO)
    assert unknown.value.code == "model_not_found" and unknown.value.param == "model"
    with pytest.raises(openai.AuthenticationError):
        OpenAI(base_url=client.base_url, api_key="mr_live_wrong", max_retries=0).models.list()
    with pytest.raises(openai.BadRequestError) as empty:
        client.chat.completions.create(model="vendor", messages=[])
    assert empty.value.param == "messages" and empty.value.type == "invalid_request_error"
    refused = fake(mode="status", status=400, message="max_tokens is too large")
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError, match="max_tokens is too large"):
            client.chat.completions.create(model="vendor", messages=HELLO, stream=stream, extra_body=refused)


def test_what_a_key_may_not_and_what_was_asked_otherwise(client: OpenAI, mill: Platform) -> None:
    _, headers = register(mill).key(models=["vendor"])
    theirs = OpenAI(base_url=client.base_url, api_key=headers["Authorization"].removeprefix("Bearer "), max_retries=0)
    with pytest.raises(openai.PermissionDeniedError) as forbidden:
        theirs.chat.completions.create(model="demo", messages=HELLO)
    assert forbidden.value.code == "model_not_allowed"
    key = {"Idempotency-Key": "sdk-errors"}
    client.chat.completions.create(model="vendor", messages=HELLO, extra_headers=key)
    with pytest.raises(openai.UnprocessableEntityError) as reused:
        client.chat.completions.create(model="vendor", messages=[*HELLO, *HELLO], extra_headers=key)
    assert reused.value.code == "idempotency_key_reused"


def test_a_backend_that_fails_is_a_5xx_which_the_client_tries_again(client: OpenAI, vendor: OpenAIServer) -> None:
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="vendor", messages=HELLO, extra_body=fake(mode="status", status=500))


def test_a_stream_that_breaks_off_ends_in_an_error_and_never_starts_again(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="vendor", messages=HELLO, stream=True, extra_body=fake(mode="torn", tokens=20, interval_ms=5)
    )
    text = ""
    with pytest.raises(openai.APIError):
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
    assert text and "".join(f"w{i} " for i in range(20)).startswith(text)


def test_who_gives_up_waiting_has_the_job_cancelled(client: OpenAI, mill: Platform) -> None:
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=1.0).chat.completions.create(
            model="vendor", messages=HELLO, extra_body=fake(mode="hang")
        )
    wait_for(lambda: newest(mill)["status"] == "cancelled", 10, "the job to be cancelled")


def test_who_closes_a_stream_has_the_job_cancelled(client: OpenAI, mill: Platform) -> None:
    stream = client.chat.completions.create(
        model="vendor", messages=HELLO, stream=True, extra_body=fake(tokens=5000, interval_ms=10)
    )
    next(iter(stream))
    stream.close()
    wait_for(lambda: newest(mill)["status"] == "cancelled", 10, "the job to be cancelled")


def test_a_key_makes_a_call_that_is_found_again(client: OpenAI) -> None:
    asked: Any = {"model": "vendor", "messages": HELLO, "extra_body": fake(tokens=3)}
    asked["extra_headers"] = {"Idempotency-Key": "sdk-1"}
    first = client.chat.completions.with_raw_response.create(**asked)
    again = client.chat.completions.with_raw_response.create(**asked)
    assert first.headers["x-request-id"] == again.headers["x-request-id"]
    assert first.parse().choices[0].message.content == again.parse().choices[0].message.content


def test_forty_at_once_from_the_async_client(mill: Platform) -> None:
    async def ask(client: AsyncOpenAI, number: int) -> str:
        pieces = [f"{number}-{i} " for i in range(5)]
        answer = await client.chat.completions.create(
            model="vendor", messages=HELLO, extra_body=fake(text=pieces), stream=True
        )
        return "".join([c.choices[0].delta.content or "" async for c in answer if c.choices])

    async def all_of_them() -> list[str]:
        async with AsyncOpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key) as client:
            return await asyncio.gather(*[ask(client, number) for number in range(40)])

    said = asyncio.run(all_of_them())
    assert said == ["".join(f"{number}-{i} " for i in range(5)) for number in range(40)]
