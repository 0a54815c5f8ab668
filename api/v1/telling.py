"""What a stream says in one of the dialects: text for each event of the job, for its end, for its failure."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from api import routed
from api.v1 import caching
from api.v1.failures import failure_of
from millrace.errors import CallFailed, MillraceError
from millrace.streams.events import Event
from millrace.streams.reader import Reader

BROKE_OFF = "The model broke off in the middle of its answer. What was sent cannot be taken back: ask again."


class Telling(Protocol):
    """Made for one answer; fed in order."""

    #: What shows that the stream lives.
    still: str

    @property
    def begun(self) -> bool:
        """Whether anything was told, so that a failure is told, too."""
        ...

    @property
    def bound(self) -> bool:
        """Whether any of the answer was told that another attempt cannot take back."""
        ...

    def event(self, event: Event) -> str:
        """Of an event that is not the last; '' where there is nothing to say."""
        ...

    def end(self, event: Event, answer: dict[str, Any]) -> str:
        """The end of a job that succeeded, with its whole answer in the shape of a chat completion."""
        ...

    def failed(self, failure: MillraceError) -> str:
        """An end in the middle."""
        ...


def tell(
    reader: Reader, telling: Telling, answer_at_end: Callable[[], dict[str, Any]], until: float
) -> Iterator[str | None]:
    """What is said of a job's events, to its end; None after a silence.

    Raises what the job failed with; CallFailed where it begins anew after some of it was told.
    """
    for event in reader.follow(until):
        if event is None:
            yield None
        elif event.type == "succeeded":
            yield telling.end(event, answer_at_end())
        elif event.terminal:
            error = event.data.get("error")
            raise failure_of(event.type, json.dumps(error) if error else None)
        elif event.type == "reset" and telling.bound:
            raise CallFailed(BROKE_OFF, status=502, code="stream_broken")
        elif said := _of(event, telling):
            yield said


def _of(event: Event, telling: Telling) -> str:
    if event.type == "started":
        routed.answered_by(event.data["model"])
    if event.data.get("cache"):
        caching.noted(event.data["cache"])
    return telling.event(event)
