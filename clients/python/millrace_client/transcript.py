"""The text of an answer, from its events."""

from dataclasses import dataclass, field
from typing import Any

#: The events that are a job's last.
ENDS = ("succeeded", "failed", "cancelled", "expired")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a job. `seq` is the same on every server and transport: go on after it."""

    seq: int
    type: str
    data: dict[str, Any]

    @property
    def last(self) -> bool:
        return self.type in ENDS


@dataclass(frozen=True, slots=True)
class Update:
    """`text`: all there is so far. `new`: what to append to what you show, or, where `voided`, to show instead."""

    text: str
    new: str
    voided: bool = False


@dataclass(slots=True)
class Transcript:
    """Takes events in their order, and always knows the right text (of the first choice)."""

    text: str = field(default="")

    def take(self, event: Event) -> Update | None:
        """What changed; None when nothing that is shown did."""
        if event.type == "reset":
            return self._now("")
        if event.data.get("choice", 0) != 0 or event.type not in ("delta", "snapshot"):
            return None
        if event.type == "snapshot":
            return self._now(event.data["text"])
        return self._now(self.text[: event.data["offset"]] + event.data["text"])

    def _now(self, text: str) -> Update | None:
        before, self.text = self.text, text
        if text == before:
            return None
        if text.startswith(before):
            return Update(text, text[len(before) :])
        return Update(text, text, voided=True)
