"""Event numbers: what may follow what, and what is a gap."""

import json

import pytest

from millrace.streams.events import LAST, SIZE_LIMIT, Event, follows, load, number
from millrace.streams.texts import Texts, snapshot
from millrace.streams.writer import Writer, closing, started

QUEUED = number(0, 1)


@pytest.mark.parametrize(
    ("event", "cursor", "whole"),
    [
        (started(1, "m"), QUEUED, True),
        (Event(number(1, 2), "delta"), number(1, 1), True),
        (Event(number(1, 3), "delta"), number(1, 1), False),
        (Event(number(1, 2), "delta"), QUEUED, False),
        # Whatever an earlier attempt said is void.
        (started(2, "m"), number(1, 7), True),
        (started(3, "m"), number(1, LAST), True),
        (Event(number(2, 2), "delta"), number(1, LAST), False),
        (closing(1, 4, "reset", {}), number(1, 2), True),
        (closing(2, 4, "reset", {}), number(1, 2), True),
        # An end says which event was before it.
        (closing(1, 4, "succeeded", {}), number(1, 4), True),
        (closing(1, 4, "succeeded", {}), number(1, 3), False),
        (closing(2, 4, "succeeded", {}), number(1, LAST), False),
        (closing(1, 0, "cancelled", {}), QUEUED, True),
        (closing(3, 0, "cancelled", {}), number(2, LAST), True),
    ],
)
def test_what_may_follow(event: Event, cursor: int, whole: bool) -> None:
    assert follows(event, cursor) is whole


def test_a_number_holds_its_attempt_and_its_sequence() -> None:
    event = Event(number(7, 9), "delta")
    assert (event.attempt, event.sequence) == (7, 9)
    # A number outlives JavaScript, whose integers end at 2^53.
    assert number(2**20, LAST) < 2**53
    assert number(1, LAST) < number(2, 1)


@pytest.mark.parametrize("text", ["plain", "\U0001f600\u2028\\\"", "\x00\x1f"])
def test_an_event_comes_back_as_it_was(text: str) -> None:
    event = Event(number(1, 2), "delta", {"offset": 3, "text": text})
    assert load(event.dump()) == event and b"\n" not in event.dump()


def test_long_text_is_cut_into_events_of_limited_size(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Event] = []
    writer = Writer("job", 1)
    monkeypatch.setattr(writer, "_write", written.extend)
    text = "\x01\U0001f600" * 40_000
    writer.delta(text)
    writer.delta("more", 1)
    assert all(len(json.dumps(event.data)) <= SIZE_LIMIT for event in written)
    assert "".join(event.data["text"] for event in written[:-1]) == text
    assert [event.data["offset"] for event in written[:2]] == [0, len(written[0].data["text"])]
    assert written[-1].data == {"offset": 0, "text": "more", "choice": 1}
    assert [event.seq for event in written] == [number(1, at) for at in range(2, len(written) + 2)]


def test_texts_grow_by_choice() -> None:
    texts = Texts()
    assert not texts and texts.add(1, "b") == 0 and texts.add(1, "c") == 1 and texts.add(0, "é\U0001f600") == 0
    assert texts.add(0, "!") == 2
    assert snapshot(texts.dump()) == {"text": "é\U0001f600!", "choices": ["é\U0001f600!", "bc"]}
    assert snapshot("[]") == {"text": ""}
