"""A chat's answer as a response, whole and streamed, held against OpenAI's own models; and going on in the middle."""

from typing import Any

import pytest
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from millrace.dialects.responses.numbers import STEP, event_of, number
from millrace.dialects.responses.response import echo_of, response_of
from millrace.dialects.responses.stream import ResponseStream, sse
from millrace.streams.events import LAST
from millrace.streams.events import number as event_number
from tests.unit.dialects.conftest import FULL, USAGE, answer, full_deltas

EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
HEAD: dict[str, Any] = {"id": "resp_1", "model": "m", "created_at": 1, "echo": echo_of({"background": True})}

Fed = tuple[int, str, dict[str, Any]]


def log_of(deltas: list[dict[str, Any]], attempt: int = 1) -> list[Fed]:
    """The events of a job: its wait, its start, what it said."""
    begun = [(event_number(0, 1), "queued", {}), (event_number(attempt, 1), "started", {})]
    return [*begun, *((event_number(attempt, at + 2), "delta", data) for at, data in enumerate(deltas))]


def told(log: list[Fed], whole: dict[str, Any], after: int | None = None) -> list[dict[str, Any]]:
    stream = ResponseStream(**HEAD, starting_after=after)
    events = [event for fed in log for event in stream.feed(*fed)]
    return events + stream.end(event_number(9, LAST), whole, completed_at=5)


def heard(events: list[dict[str, Any]]) -> Response:
    """What OpenAI's own client makes of a whole stream."""
    state: ResponseStreamState[Any] = ResponseStreamState(input_tools=omit, text_format=omit)
    for event in events:
        EVENTS.validate_python(event, strict=False)
        state.handle_event(EVENTS.validate_python(event))
    assert state._completed_response is not None
    return state._completed_response


def test_a_whole_answer_is_a_response() -> None:
    made = Response.model_validate(response_of(**HEAD, status="completed", answer=FULL, completed_at=5))
    assert [item.type for item in made.output] == ["reasoning", "message", "function_call", "function_call"]
    assert (made.status, made.output_text, made.completed_at, made.background) == ("completed", "Let me look.", 5, True)
    assert made.usage and made.usage.input_tokens == USAGE["prompt_tokens"]
    assert made.usage.input_tokens_details.cached_tokens == 20
    assert made.usage.output_tokens_details.reasoning_tokens == 5


def test_the_events_of_a_stream_add_up_to_the_same_response() -> None:
    events = told(log_of(full_deltas()), FULL)
    whole = response_of(**HEAD, status="completed", answer=FULL, completed_at=5)
    assert events[-1]["response"] == whole
    assert heard(events).output_text == "Let me look."
    assert [event["type"] for event in events[:3]] == ["response.created", "response.queued", "response.in_progress"]
    pieces = [event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta"]
    assert pieces == ['{"city"', "{", ': "Ulm"}', "}"]
    assert sse({"type": "x"}) == 'event: x\ndata: {"type":"x"}\n\n'


def test_numbers_grow_and_name_the_event_they_were_made_of() -> None:
    log = log_of(full_deltas())
    events = told(log, FULL)
    numbers = [event["sequence_number"] for event in events]
    assert numbers == sorted(set(numbers))
    assert {event_of(one) for one in numbers} <= {seq for seq, _, _ in log} | {event_number(9, LAST)}
    assert number(event_number(2**15 - 1, LAST), STEP - 1) < 2**53


def test_whoever_goes_on_after_any_event_gets_the_rest_and_nothing_twice() -> None:
    log = log_of(full_deltas())
    events = told(log, FULL)
    for at, event in enumerate(events):
        assert told(log, FULL, event["sequence_number"]) == events[at + 1 :]


@pytest.mark.parametrize("lost", range(len(full_deltas()) + 1))
def test_what_was_not_streamed_comes_with_the_end(lost: int) -> None:
    """A backend that does not stream, or a log that was lost from here on."""
    made = heard(told(log_of(full_deltas()[:lost]), FULL))
    assert made.output_text == "Let me look."
    assert [item.type for item in made.output][-2:] == ["function_call", "function_call"]
    assert [item.arguments for item in made.output[-2:]] == ['{"city": "Ulm"}', "{}"]  # type: ignore[union-attr]


def test_a_snapshot_is_told_to_who_begins_and_to_who_has_all_before_it() -> None:
    whole = answer(content="one two three")
    log = log_of([{"offset": 0, "text": "one "}])
    log += [(event_number(1, 7), "snapshot", {"text": "one two "})]
    log += [(event_number(1, 8), "delta", {"offset": 8, "text": "three"})]
    events = told(log, whole)
    assert texts(events) == ["one ", "two ", "three"]
    assert heard(events).output_text == "one two three"
    assert texts(told(log, whole, number(event_number(1, 2), 9))) == ["two ", "three"]


def test_who_had_some_of_what_a_snapshot_stands_for_is_not_told_it_twice() -> None:
    whole = answer(content="one two three")
    log = log_of([])
    log += [(event_number(1, 7), "snapshot", {"text": "one two "})]
    log += [(event_number(1, 8), "delta", {"offset": 8, "text": "three"})]
    # It had read up to the fifth event of the attempt, which is lost.
    events = told(log, whole, number(event_number(1, 5), 0))
    assert texts(events) == ["three"]
    assert "response.output_item.added" not in {event["type"] for event in events}
    done = next(event for event in events if event["type"] == "response.output_text.done")
    assert done["text"] == "one two three"


def texts(events: list[dict[str, Any]]) -> list[str]:
    return [event["delta"] for event in events if event["type"] == "response.output_text.delta"]


def test_another_attempt_leaves_what_was_told_as_incomplete() -> None:
    whole = answer(content="better")
    log = [*log_of([{"offset": 0, "text": "bad "}]), (event_number(1, LAST), "reset", {})]
    log += log_of([{"offset": 0, "text": "better"}], attempt=2)[1:]
    events = told(log, whole)
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert [item["status"] for item in done] == ["incomplete", "completed"]
    assert len({item["id"] for item in done}) == 2
    assert heard(events).output_text == "better"


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
def test_an_answer_that_was_cut_short_is_incomplete(finish: str, reason: str) -> None:
    events = told(log_of([{"offset": 0, "text": "half"}]), answer(finish, content="half"))
    assert events[-1]["type"] == "response.incomplete"
    made = Response.model_validate(events[-1]["response"])
    assert (made.status, made.completed_at) == ("incomplete", None)
    assert made.incomplete_details and made.incomplete_details.reason == reason
    assert made.output[-1].status == "incomplete"  # type: ignore[union-attr]
    assert events[-1]["response"] == response_of(**HEAD, status="completed", answer=answer(finish, content="half"))


def test_a_failure_says_what_became_of_it() -> None:
    stream = ResponseStream(**HEAD)
    for fed in log_of([{"offset": 0, "text": "half"}]):
        stream.feed(*fed)
    events = stream.failed(event_number(1, LAST), {"code": "engine_broken", "message": "it broke"})
    assert [EVENTS.validate_python(event).type for event in events][-1] == "response.failed"
    made = Response.model_validate(events[-1]["response"])
    assert made.error and (made.error.code, made.error.message) == ("server_error", "it broke")
    assert ResponseStream(**HEAD).failed(1, None, "cancelled")[-1]["response"]["status"] == "cancelled"


def test_a_refusal_is_a_part_of_its_own() -> None:
    events = told(log_of([{"offset": 0, "text": "", "extra": {"refusal": "no"}}]), answer(refusal="no"))
    assert heard(events).output[0].content[0].type == "refusal"  # type: ignore[union-attr, index]


def test_logprobs_stand_beside_the_text() -> None:
    token = {"token": "x", "logprob": -0.1, "bytes": None, "top_logprobs": [{"token": "y", "logprob": -2.0}]}
    whole = answer(content="x")
    whole["choices"][0]["logprobs"] = {"content": [token]}
    events = told(log_of([{"offset": 0, "text": "x", "extra": {"logprobs": {"content": [token]}}}]), whole)
    delta = next(event for event in events if event["type"] == "response.output_text.delta")
    assert delta["logprobs"][0]["bytes"] == [120]
    assert heard(events).output[0].content[0].logprobs[0].token == "x"  # type: ignore[union-attr, index]


def test_many_calls_at_once_fit_the_numbers_of_one_event() -> None:
    calls = [
        {"index": at, "id": f"c{at}", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        for at in range(40)
    ]
    log = log_of([{"offset": 0, "text": "x", "extra": {"reasoning_content": "hm", "tool_calls": calls}}])
    events = told(log, answer(content="x", reasoning_content="hm", tool_calls=calls))
    numbers = [event["sequence_number"] for event in events]
    assert numbers == sorted(set(numbers))
    assert len(heard(events).output) == 42


ODD: list[Any] = [None, 5, "x", [], {}, [5], [{}], [{"type": "thinking"}], [{"index": [], "function": 5}]]


@pytest.mark.parametrize("name", ["reasoning_content", "thinking_blocks", "tool_calls", "refusal", "logprobs"])
@pytest.mark.parametrize("odd", ODD)
def test_any_delta_is_some_events(name: str, odd: Any) -> None:
    whole = answer(content="x", **{name: odd})
    heard(told(log_of([{"offset": 0, "text": "x", "extra": {name: odd}}]), whole))


@pytest.mark.parametrize("odd", [{}, {"choices": 5}, {"choices": [5]}, {"choices": [{"message": 5}]}, {"usage": 5}])
def test_any_answer_is_a_response(odd: dict[str, Any]) -> None:
    Response.model_validate(response_of(**HEAD, status="completed", answer=odd))
    heard(told(log_of([]), odd))
