"""Anthropic's official client, unmodified, against `/v1/messages`; whatever model answers."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from anthropic import Anthropic

from tests.integration.sdks.test_official_client import CITY, newest
from tests.machine import wait_for
from tests.platform import Platform

HELLO: Any = [{"role": "user", "content": "hello"}]


@pytest.fixture
def claude(mill: Platform) -> Iterator[Anthropic]:
    with Anthropic(base_url=f"http://127.0.0.1:{mill.port}", api_key=mill.key, max_retries=0, timeout=30) as made:
        yield made


def test_a_message(claude: Anthropic) -> None:
    made = claude.messages.create(model="demo", max_tokens=5, messages=HELLO)
    assert made.role == "assistant" and made.content[0].type == "text" and made.content[0].text
    assert made.stop_reason == "max_tokens" and made.usage.output_tokens == 5


def test_a_streamed_one(claude: Anthropic) -> None:
    with claude.messages.stream(model="vendor", max_tokens=100, messages=HELLO) as stream:
        text = "".join(stream.text_stream)
        whole = stream.get_final_message()
    assert text and whole.content[0].type == "text" and whole.content[0].text == text
    assert whole.stop_reason == "end_turn" and whole.usage.output_tokens > 0


def test_tools(claude: Anthropic) -> None:
    tools: Any = [{"name": "weather", "input_schema": CITY}]
    wanted: Any = {"type": "any"}
    asked: Any = {"model": "vendor", "max_tokens": 50, "messages": HELLO, "tools": tools}
    made = claude.messages.create(**asked, tool_choice=wanted)
    call = next(block for block in made.content if block.type == "tool_use")
    assert made.stop_reason == "tool_use" and call.name == "weather" and "city" in json.dumps(call.input)


def test_errors_are_the_vendors(claude: Anthropic, mill: Platform) -> None:
    with pytest.raises(anthropic.NotFoundError):
        claude.messages.create(model="none", max_tokens=5, messages=HELLO)
    with pytest.raises(anthropic.BadRequestError):
        claude.messages.create(model="vendor", max_tokens=5, messages=[])
    with pytest.raises(anthropic.AuthenticationError):
        Anthropic(base_url=claude.base_url, api_key="mr_live_wrong", max_retries=0).messages.create(
            model="demo", max_tokens=5, messages=HELLO
        )
    assert claude.messages.count_tokens(model="vendor", messages=HELLO).input_tokens >= 1


def test_who_hangs_up_has_the_job_cancelled(claude: Anthropic, mill: Platform) -> None:
    with claude.messages.stream(
        model="demo", max_tokens=5000, messages=HELLO, extra_body={"demo": {"tokens": 5000, "rate": 20}}
    ) as stream:
        next(iter(stream.text_stream))
    wait_for(lambda: newest(mill)["status"] == "cancelled", 10, "the job to be cancelled")
