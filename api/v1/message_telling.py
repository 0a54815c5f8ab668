"""A streamed message, in Anthropic's events."""

from typing import Any

from millrace.dialects.anthropic.events import PING, MessageStream, sse
from millrace.errors import MillraceError
from millrace.streams.events import Event


class MessageTelling:
    """See Telling. The message begins with its first text, so that a failure before it has a status of its own."""

    still = sse(PING)

    def __init__(self, id: str, model: str) -> None:
        self._stream = MessageStream(id=id, model=model)
        self.begun = False

    @property
    def bound(self) -> bool:
        return self.begun

    def event(self, event: Event) -> str:
        if event.type == "started":
            self._stream.answered_by(event.data["model"])
        told = {"delta": self._stream.delta, "snapshot": self._stream.snapshot}.get(event.type)
        return self._said(told(event.data)) if told else ""

    def end(self, _: Event, answer: dict[str, Any]) -> str:
        return self._said(self._stream.end(answer))

    def failed(self, failure: MillraceError) -> str:
        return "".join(map(sse, self._stream.failed(failure.status, failure.message)))

    def _said(self, events: list[dict[str, Any]]) -> str:
        if not events:
            return ""
        start = [] if self.begun else self._stream.start()
        self.begun = True
        return "".join(map(sse, [*start, *events]))
