"""An item of a streamed response as it grows, and the events that open, fill and close it."""

from dataclasses import dataclass, field, replace
from typing import Any

from millrace.dialects.responses.output import Item, call_item, message_item, parts_of, reasoning_item, text_part
from millrace.dialects.said import Call

Event = dict[str, Any]
Logprobs = list[dict[str, Any]]

#: By the kind of a part: its event, and the field that has its text.
PARTS = {
    "output_text": ("response.output_text", "text"),
    "refusal": ("response.refusal", "refusal"),
    "reasoning_text": ("response.reasoning_text", "text"),
}


@dataclass(slots=True)
class Growing:
    """A message or the reasoning: `place` in the output, and the pieces of each part, in the order they opened."""

    id: str
    place: int
    parts: dict[str, list[str]] = field(default_factory=dict)

    def text(self, part: str) -> str:
        return "".join(self.parts.get(part, ()))

    def open(self) -> Event:
        return {"type": "response.output_item.added", "output_index": self.place, "item": self.item("in_progress")}

    def grow(self, part: str, piece: str, logprobs: Logprobs) -> list[Event]:
        """A piece of a part, which begins where it was not yet there."""
        found: list[Event] = []
        if part not in self.parts:
            self.parts[part] = []
            found.append({"type": "response.content_part.added", **self._at(part), "part": _part(part, "", [])})
        if piece:
            self.parts[part].append(piece)
            beside = {"logprobs": logprobs} if part == "output_text" else {}
            found.append({"type": f"{PARTS[part][0]}.delta", **self._at(part), "delta": piece, **beside})
        return found

    def close(self, status: str, logprobs: Logprobs) -> list[Event]:
        """The ends of its parts, and its own."""
        found: list[Event] = []
        for part in self.parts:
            event, name = PARTS[part]
            text, beside = self.text(part), {"logprobs": logprobs} if part == "output_text" else {}
            found.append({"type": f"{event}.done", **self._at(part), name: text, **beside})
            found.append({"type": "response.content_part.done", **self._at(part), "part": _part(part, text, logprobs)})
        item = self.item(status, logprobs)
        return [*found, {"type": "response.output_item.done", "output_index": self.place, "item": item}]

    def item(self, status: str, logprobs: Logprobs | None = None) -> Item:
        """As far as it has come."""
        parts = parts_of(self.text("output_text"), self.text("refusal"), logprobs) if self.parts else []
        return message_item(self.id, parts, status)

    def _at(self, part: str) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.place, "content_index": list(self.parts).index(part)}


@dataclass(slots=True)
class Thinking(Growing):
    """The reasoning, with the signed thoughts that some models want back."""

    thoughts: list[dict[str, Any]] = field(default_factory=list)

    def item(self, status: str, logprobs: Logprobs | None = None) -> Item:  # noqa: ARG002
        return reasoning_item(self.id, self.text("reasoning_text"), self.thoughts, status)


@dataclass(slots=True)
class Calling:
    """A tool call: what it is called with comes in pieces."""

    id: str
    place: int
    call: Call
    pieces: list[str] = field(default_factory=list)
    #: Characters of `pieces`.
    size: int = 0

    def open(self) -> Event:
        return {"type": "response.output_item.added", "output_index": self.place, "item": self.item("in_progress")}

    def grow(self, piece: str) -> list[Event]:
        if not piece:
            return []
        self.pieces.append(piece)
        self.size += len(piece)
        return [{"type": f"{self._event}.delta", "item_id": self.id, "output_index": self.place, "delta": piece}]

    def close(self, status: str) -> list[Event]:
        whole, item = "".join(self.pieces), self.item(status)
        said = {"arguments": whole, "name": self.call.name} if self.call.function else {"input": whole}
        done = {"type": f"{self._event}.done", "item_id": self.id, "output_index": self.place, **said}
        return [done, {"type": "response.output_item.done", "output_index": self.place, "item": item}]

    def item(self, status: str) -> Item:
        return call_item(self.id, replace(self.call, arguments="".join(self.pieces)), status)

    @property
    def _event(self) -> str:
        return "response.function_call_arguments" if self.call.function else "response.custom_tool_call_input"


def _part(part: str, text: str, logprobs: Logprobs) -> dict[str, Any]:
    return text_part(text, logprobs) if part == "output_text" else {"type": part, PARTS[part][1]: text}
