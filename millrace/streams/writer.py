"""Writing the events of one attempt. Every event after the first delta comes at most 25 times a second (engines see to
that: they drain what has arrived, then pause), so nothing is held back here."""

from typing import Any

from millrace.streams import log
from millrace.streams.events import LAST, SIZE_LIMIT, Event, number
from millrace.streams.texts import Texts

#: Characters of one delta: under SIZE_LIMIT bytes however they are escaped (an emoji as JSON has twelve).
PIECE = SIZE_LIMIT // 16


class Writer:
    """The log of one attempt, from `started` to its close."""

    def __init__(self, job: str, attempt: int, kept: bool = True) -> None:
        self.job = job
        self.kept = kept
        self.attempt = attempt
        self.texts = Texts()
        self._sequence = 1
        #: True once Redis refused an event of ours: another attempt has the job.
        self.shut_out = False

    @property
    def reached(self) -> int:
        """The number of the last event written."""
        return number(self.attempt, self._sequence)

    def delta(
        self, text: str, choice: int = 0, extra: dict[str, Any] | None = None, cache: str | None = None
    ) -> None:
        """A piece of text, with the offset at which it stands; and which cache of ours it comes from."""
        pieces = [text[i : i + PIECE] for i in range(0, len(text), PIECE)] or [""]
        self._write([self._delta(piece, choice, extra if i == 0 else None, cache) for i, piece in enumerate(pieces)])

    def _delta(self, text: str, choice: int, extra: dict[str, Any] | None, cache: str | None) -> Event:
        data: dict[str, Any] = {"offset": self.texts.add(choice, text), "text": text}
        if choice:
            data["choice"] = choice
        if extra:
            data["extra"] = extra
        if cache:
            data["cache"] = cache
        return self._next("delta", data)

    def close(
        self,
        type: str,
        data: dict[str, Any],
        usage: dict[str, int] | None = None,
        channel: str | None = None,
        message: str = "",
    ) -> None:
        """End the attempt: `usage` if there is any, then the closing event, after which nothing can be appended.

        With a channel, the message goes to whoever waits there, on the same way.
        """
        events = [self._next("usage", dict(usage))] if usage else []
        events.append(closing(self.attempt, self._sequence, type, data))
        self._write(events, channel, message)

    def _next(self, type: str, data: dict[str, Any]) -> Event:
        self._sequence += 1
        return Event(number(self.attempt, self._sequence), type, data)

    def _write(self, events: list[Event], channel: str | None = None, message: str = "") -> None:
        appended = log.append(log.Entry(self.job, events, self.kept, channel, message))
        self.shut_out = self.shut_out or (appended is not None and appended < len(events))


def started(attempt: int, model: str) -> Event:
    """The event that opens an attempt."""
    return Event(number(attempt, 1), "started", {"attempt": attempt, "model": model})


def closing(attempt: int, last: int, type: str, data: dict[str, Any]) -> Event:
    """The event that closes an attempt: `reset` before another one, or the job's end."""
    return Event(number(attempt, LAST), type, {**data, "last": last})
