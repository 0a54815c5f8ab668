"""A streamed Response: its events, numbered so that any server goes on after any of them."""

import time
from typing import Any

from millrace.dialects.responses.growing import Event as Told
from millrace.dialects.responses.stream import ResponseStream, sse
from millrace.errors import MillraceError
from millrace.streams.events import Event


class ResponseTelling:
    """See Telling. A response begins to be told at once, so its failures are events of the stream.

    One in the background goes on with another attempt: what was told of the first stands as incomplete.
    """

    still = ": still here\n\n"
    begun = True

    def __init__(self, stream: ResponseStream, *, background: bool) -> None:
        self._stream = stream
        self._background = background
        self._last = 0

    @property
    def bound(self) -> bool:
        return self._stream.begun and not self._background

    def event(self, event: Event) -> str:
        self._last = event.seq
        return _written(self._stream.feed(event.seq, event.type, event.data))

    def end(self, event: Event, answer: dict[str, Any]) -> str:
        return _written(self._stream.end(event.seq, answer, int(time.time())))

    def failed(self, failure: MillraceError) -> str:
        """Numbered after the last event that was told, which the next one of the job's log cannot be."""
        status = "cancelled" if failure.code == "job_cancelled" else "failed"
        return _written(self._stream.failed(self._last + 1, failure.as_dict(), status))


def _written(events: list[Told]) -> str:
    return "".join(map(sse, events))
