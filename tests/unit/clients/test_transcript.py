"""Whoever shows what a transcript says shows the right text, whatever happened to the job meanwhile."""

import pytest
from millrace_client.sse import Frame, Frames, Lines
from millrace_client.transcript import Event, Transcript, Update


def delta(offset: int, text: str, **more: int) -> Event:
    return Event(0, "delta", {"offset": offset, "text": text, **more})


def taken(*events: Event) -> list[Update | None]:
    transcript = Transcript()
    return [transcript.take(event) for event in events]


def test_text_grows() -> None:
    assert taken(delta(0, "a mill"), delta(6, "race")) == [Update("a mill", "a mill"), Update("a millrace", "race")]


def test_a_reset_voids_it() -> None:
    _, reset, again = taken(delta(0, "a"), Event(0, "reset", {}), delta(0, "b"))
    assert reset == Update("", "", voided=True) and again == Update("b", "b")


@pytest.mark.parametrize(
    ("text", "update"),
    [
        ("one two", Update("one two", " two")),
        ("other", Update("other", "other", voided=True)),
        ("one", None),
    ],
)
def test_a_snapshot_replaces_it(text: str, update: Update | None) -> None:
    assert taken(delta(0, "one"), Event(0, "snapshot", {"text": text}))[1] == update


def test_other_choices_and_events_change_nothing() -> None:
    others = (delta(0, "x", choice=1), Event(0, "started", {}), Event(0, "usage", {"input_tokens": 1}))
    assert taken(*others) == [None, None, None]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_frames_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    # U+2028 ends a line for Python, and not for a stream of events.
    raw = 'retry: 2000\n\n: still here\n\nid: 7\nevent: delta\ndata: {"text":"ä\u2028b"}\r\n\n'.encode()
    lines, frames = Lines(), Frames()
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    found = [frame for piece in pieces for line in lines.take(piece) if (frame := frames.take(line))]
    assert found == [Frame("delta", '{"text":"ä\u2028b"}', "7")]
