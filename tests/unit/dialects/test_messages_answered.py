"""A chat's answer as a message, whole and streamed, held against Anthropic's own models."""

from typing import Any

import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

from millrace.dialects.anthropic.errors import error_of
from millrace.dialects.anthropic.events import MessageStream, sse
from millrace.dialects.anthropic.message import message_of
from tests.unit.dialects.conftest import CALLS, FULL, THOUGHT, answer, full_deltas

EVENTS: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)


def streamed(deltas: list[dict[str, Any]], whole: dict[str, Any]) -> tuple[list[dict[str, Any]], Message]:
    """The events, and what Anthropic's own client makes of them."""
    stream = MessageStream(id="msg_1", model="m")
    events = stream.start()
    for data in deltas:
        events += stream.snapshot(data) if data.get("snapshot") else stream.delta(data)
    events += stream.end(whole)
    snapshot: Any = None
    pieces: dict[int, bytes] = {}
    for event in events:
        checked = EVENTS.validate_python(event)
        snapshot = accumulate_event(event=checked, current_snapshot=snapshot, json_bufs=pieces)
    return events, snapshot


def plain(message: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = message.model_dump(exclude_none=True, exclude={"usage"})
    return dumped


def test_a_whole_answer_is_a_message() -> None:
    message = Message.model_validate(message_of(FULL, id="msg_1", model="m"))
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert message.model_dump()["content"][0] == THOUGHT
    assert message.stop_reason == "tool_use"
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (6, 20, 4)
    assert usage.output_tokens == 9
    assert usage.output_tokens_details and usage.output_tokens_details.thinking_tokens == 5


def test_the_events_of_a_stream_add_up_to_the_same_message() -> None:
    events, message = streamed(full_deltas(), FULL)
    assert plain(message) == plain(Message.model_validate(message_of(FULL, id="msg_1", model="m")))
    assert (message.usage.input_tokens, message.usage.output_tokens) == (6, 9)
    assert [event["type"] for event in (events[0], *events[-2:])] == ["message_start", "message_delta", "message_stop"]
    indexes = [event["index"] for event in events if event["type"] == "content_block_start"]
    assert (
        indexes == [0, 1, 2, 3] == sorted(event["index"] for event in events if event["type"] == "content_block_stop")
    )
    assert sse({"type": "ping"}) == 'event: ping\ndata: {"type":"ping"}\n\n'


@pytest.mark.parametrize("lost", range(len(full_deltas()) + 1))
def test_what_was_not_streamed_comes_with_the_end(lost: int) -> None:
    """A backend that does not stream, or a log that was lost from here on."""
    _, message = streamed(full_deltas()[:lost], FULL)
    assert plain(message)["content"][-3:] == message_of(FULL, id="x", model="m")["content"][-3:]


def test_a_snapshot_tells_only_what_is_missing() -> None:
    whole = answer(content="one two three")
    deltas = [{"offset": 0, "text": "one "}, {"snapshot": True, "text": "one two "}, {"offset": 8, "text": "three"}]
    events, message = streamed(deltas, whole)
    told = [event["delta"]["text"] for event in events if event["type"] == "content_block_delta"]
    assert told == ["one ", "two ", "three"]
    assert message.content[0].text == "one two three"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("finish", "beside", "reason", "sequence"),
    [
        ("stop", {}, "end_turn", None),
        ("stop", {"stop_reason": "END"}, "stop_sequence", "END"),
        ("stop", {"stop_reason": 128_001}, "end_turn", None),
        ("length", {}, "max_tokens", None),
        ("content_filter", {}, "refusal", None),
        ("function_call", {}, "tool_use", None),
        ("never heard of", {}, "end_turn", None),
    ],
)
def test_why_it_stopped(finish: str, beside: dict[str, Any], reason: str, sequence: str | None) -> None:
    whole = answer(finish, content="x")
    whole["choices"][0] |= beside
    message = Message.model_validate(message_of(whole, id="a", model="m"))
    assert (message.stop_reason, message.stop_sequence) == (reason, sequence)


def test_another_models_thoughts_are_shown_unsigned_and_a_hidden_one_as_it_is() -> None:
    hidden = {"type": "redacted_thinking", "data": "zzz"}
    for said in ({"reasoning_content": "so"}, {"reasoning": "so"}):
        content = message_of(answer(content="x", **said), id="a", model="m")["content"]
        assert content[0] == {"type": "thinking", "thinking": "so", "signature": ""}
    _, message = streamed([{"text": "", "extra": {"thinking_blocks": [hidden]}}], answer(content="x"))
    assert [block.type for block in message.content] == ["redacted_thinking", "text"]


def test_arguments_that_are_no_object_are_still_a_block() -> None:
    call = CALLS[0] | {"function": {"name": "f", "arguments": "not json"}}
    content = message_of(answer(tool_calls=[call]), id="a", model="m")["content"]
    assert content[0]["input"] == {"arguments": "not json"}


ODD: list[Any] = [None, 5, "x", [], {}, [5], [{}], {"choices": 5}, {"choices": [5]}, {"choices": [{"message": 5}]}]


@pytest.mark.parametrize("odd", [one for one in ODD if isinstance(one, dict)])
def test_any_answer_is_a_message(odd: dict[str, Any]) -> None:
    Message.model_validate(message_of(odd, id="a", model="m"))
    streamed([], odd)


@pytest.mark.parametrize("name", ["reasoning_content", "thinking_blocks", "tool_calls", "refusal", "logprobs"])
@pytest.mark.parametrize("odd", ODD)
def test_any_delta_is_some_events(name: str, odd: Any) -> None:
    streamed([{"offset": 0, "text": "x", "extra": {name: odd}}], answer(content="x", **{name: odd}))


def test_an_error_has_the_type_of_its_status() -> None:
    assert error_of(429, "slow")["error"] == {"type": "rate_limit_error", "message": "slow"}
    assert error_of(418, "x")["error"]["type"] == "invalid_request_error"
    assert error_of(502, "x", "req_1") == {
        "type": "error",
        "error": {"type": "api_error", "message": "x"},
        "request_id": "req_1",
    }
