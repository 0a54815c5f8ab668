"""OpenAI's Responses through its official client: whole, streamed, in the background, gone on with."""

import json
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.integration.sdks.test_official_client import CITY, fake
from tests.machine import wait_for
from tests.platform import Platform


def test_a_response(client: OpenAI) -> None:
    made = client.responses.create(model="vendor", input="hello", instructions="Be brief.", extra_body=fake(tokens=3))
    assert made.output_text == "w0 w1 w2 " and made.status == "completed" and made.instructions == "Be brief."
    assert made.usage and made.usage.output_tokens == 3
    again = client.responses.retrieve(made.id)
    assert again.output_text == made.output_text and again.id == made.id
    items = client.responses.input_items.list(made.id).data
    assert items[0].content[0].text == "hello"  # type: ignore[union-attr, index]


def test_a_streamed_one(client: OpenAI) -> None:
    events = list(
        client.responses.create(
            model="vendor", input="hello", stream=True, extra_body=fake(tokens=20, interval_ms=10)
        )
    )
    kinds = [event.type for event in events]
    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(set(numbers))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == "".join(f"w{i} " for i in range(20)) == events[-1].response.output_text  # type: ignore[union-attr]
    assert kinds.count("response.output_text.delta") > 3, "it came at once"


def test_function_calls(client: OpenAI) -> None:
    tools: Any = [{"type": "function", "name": "weather", "parameters": CITY, "strict": False}]
    made = client.responses.create(model="vendor", input="hello", tools=tools, extra_body=fake(mode="tools"))
    call = next(item for item in made.output if item.type == "function_call")
    assert call.name == "weather" and isinstance(json.loads(call.arguments)["city"], str)


def test_in_the_background_and_from_any_event_on(client: OpenAI) -> None:
    made = client.responses.create(
        model="vendor", input="hello", background=True, extra_body=fake(tokens=30, interval_ms=30)
    )
    assert made.status in ("queued", "in_progress")
    all_of_it = list(client.responses.retrieve(made.id, stream=True))
    cut = all_of_it[len(all_of_it) // 2].sequence_number
    rest = list(client.responses.retrieve(made.id, stream=True, starting_after=cut))
    assert [event.sequence_number for event in rest] == [
        event.sequence_number for event in all_of_it if event.sequence_number > cut
    ]
    assert client.responses.retrieve(made.id).status == "completed"


def test_a_background_one_goes_on_with_another_attempt_and_one_that_is_waited_for_does_not(
    client: OpenAI, vendor: OpenAIServer
) -> None:
    """What was told of the first attempt stands as incomplete; a reader of a stream cannot take it back."""
    torn = {"mode": "torn", "tokens": 40, "interval_ms": 20}
    for background in (True, False):
        vendor.defaults = torn
        made: Any = client.responses.create(model="vendor", input="hello", background=background, stream=True)
        events = []
        for event in made:
            events.append(event)
            if event.type == "response.output_text.delta":
                vendor.defaults = {}
        if not background:
            assert event.type == "response.failed" and "broke off" in event.response.error.message
            return
        assert event.type == "response.completed"
        items = [each.item.status for each in events if each.type == "response.output_item.done"]
        assert items == ["incomplete", "completed"]


def test_a_background_one_is_cancelled(client: OpenAI) -> None:
    made = client.responses.create(model="vendor", input="hello", background=True, extra_body=fake(mode="hang"))
    client.responses.cancel(made.id)
    wait_for(lambda: client.responses.retrieve(made.id).status == "cancelled", 10, "the cancel")
    client.responses.cancel(made.id)


def test_going_on_from_an_earlier_one(client: OpenAI) -> None:
    first = client.responses.create(model="vendor", input="first question", extra_body=fake(tokens=2))
    then = client.responses.create(
        model="vendor", input="second", previous_response_id=first.id, extra_body=fake(mode="echo")
    )
    asked = json.loads(then.output_text)["messages"]
    assert [message["role"] for message in asked] == ["user", "assistant", "user"]
    assert "first question" in json.dumps(asked[0]) and asked[1]["content"] == "w0 w1 "
    assert then.previous_response_id == first.id


def test_what_is_wrong_is_said_before_anything_runs(client: OpenAI, mill: Platform) -> None:
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve("resp_" + "0" * 32)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="vendor", input="x", previous_response_id="resp_" + "0" * 32)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="vendor", input="x", tools=[{"type": "web_search"}])
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="vendor", input="x", background=True, store=False)
