"""What a reader tells from a replay window and a row of Postgres, whichever of them is there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from millrace.errors import DatabaseUnavailable
from millrace.streams import reader as module
from millrace.streams.events import LAST, Event, number
from millrace.streams.reader import Reader
from millrace.streams.record import Record
from millrace.streams.writer import closing, started


def delta(attempt: int, sequence: int) -> Event:
    return Event(number(attempt, sequence), "delta", {"offset": sequence - 2, "text": "x"})


def end(attempt: int, last: int, state: str = "succeeded") -> Event:
    return closing(attempt, last, state, {"status": state})


def row(state: str, attempt: int = 1, checkpoint: int | None = None, text: str | None = None, **more: Any) -> Record:
    given = {"begun": True, "model": "m", "input_tokens": None, "output_tokens": None, "error": None} | more
    return Record(state=state, attempt=attempt, checkpoint=checkpoint, text=text and json.dumps([text]), **given)


QUEUED = Event(number(0, 1), "queued")
RUN = [started(1, "m"), delta(1, 2), delta(1, 3)]
GONE = redis.ConnectionError("away")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """told(window, row, cursor) -> what the reader gives."""

    def ask(window: Any, found: Any, cursor: int = 0) -> tuple[list[Any], Reader]:
        def after(_job: str, at: int, most: int = 500) -> list[Event]:
            if isinstance(window, Exception):
                raise window
            return [event for event in window if event.seq > at][:most]

        def record(_tenant: str, _job: str) -> Any:
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(module.log, "after", after)
        monkeypatch.setattr(module, "record", record)
        made = Reader("tenant", "job", cursor)
        return [(event.type, event.seq) for event in made.catch_up()], made

    yield ask


def shown(events: list[Event]) -> list[Any]:
    return [(event.type, event.seq) for event in events]


SNAPSHOT = ("snapshot", number(1, LAST - 2))
USAGE = ("usage", number(1, LAST - 1))
END = ("succeeded", number(1, LAST))


@pytest.mark.parametrize(
    ("window", "found", "cursor", "expected"),
    [
        # A whole window tells all, and the row adds nothing.
        ([*RUN, end(1, 3)], row("succeeded"), 0, shown([QUEUED, *RUN, end(1, 3)])),
        (RUN, row("running"), 0, shown([QUEUED, *RUN])),
        (RUN, row("running"), number(1, 2), shown(RUN[2:])),
        ([], row("queued", 0), 0, shown([QUEUED])),
        # Its end has not been appended yet, but the row has it.
        (RUN, row("succeeded", text="xx", output_tokens=2), number(1, 3), [SNAPSHOT, USAGE, END]),
        # A gap: nothing is told until a checkpoint bridges it.
        (RUN[2:], row("running"), number(1, 1), []),
        (RUN[2:], row("running", checkpoint=number(1, 2), text="x"), number(1, 1),
         [("snapshot", number(1, 2)), ("delta", number(1, 3))]),
        ([delta(1, 9)], row("running", checkpoint=number(1, 5), text="xxx"), number(1, 1),
         [("snapshot", number(1, 5))]),
        # Redis away, or flushed.
        (GONE, row("running"), 0, shown([QUEUED, started(1, "m")])),
        (GONE, row("succeeded", text="xx"), 0,
         [*shown([QUEUED, started(1, "m")]), SNAPSHOT, END]),
        ([], row("failed", error='{"code": "c", "message": "m"}'), number(1, 3), [("failed", number(1, LAST))]),
        ([], row("cancelled", begun=False), 0, [*shown([QUEUED]), ("cancelled", number(1, LAST))]),
        # Who has it all gets nothing.
        ([], row("succeeded", text="xx"), number(1, LAST), []),
        # An attempt whose end was not seen is voided before the next one is told.
        ([started(2, "m"), delta(2, 2)], row("running", 2), number(1, 3),
         [("reset", number(2, 0)), ("started", number(2, 1)), ("delta", number(2, 2))]),
        (GONE, row("running", 2), number(1, 3), [("reset", number(2, 0)), ("started", number(2, 1))]),
        ([started(2, "m")], row("running", 2), number(1, LAST), [("started", number(2, 1))]),
        # Neither of them answers: nothing, and it is asked again.
        (GONE, DatabaseUnavailable(), 0, shown([QUEUED])),
    ],
)  # fmt: skip
def test_what_is_told(told: Any, window: Any, found: Any, cursor: int, expected: list[Any]) -> None:
    events, made = told(window, found, cursor)
    assert events == expected
    assert made.ended is bool(events and events[-1][0] in ("succeeded", "failed", "cancelled"))
    assert made.cursor == (events[-1][1] if events else cursor)


def test_a_long_window_is_read_to_its_end(told: Any) -> None:
    window = [started(1, "m"), *(delta(1, at) for at in range(2, 1800)), end(1, 1799)]
    events, made = told(window, row("succeeded"))
    assert events == shown([QUEUED, *window]) and made.ended


def test_a_job_that_is_gone_ends_its_stream(told: Any) -> None:
    _, made = told([], None, number(1, 1))
    assert made.ended
