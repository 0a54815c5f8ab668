"""The blocks of a streamed message: which are open, and the events that open, fill and close them."""

from dataclasses import replace
from typing import Any

from millrace.dialects.said import Call

Event = dict[str, Any]

EMPTY = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""}}
DELTAS = {"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking")}


class OpenBlocks:
    """Text and thoughts close when something else begins. Tool calls close at the end: their pieces may be mixed."""

    def __init__(self) -> None:
        self._next = 0
        #: The kind of the block that grows now, and its index.
        self._kind = ""
        self._at = 0
        #: By the index of the call: the block's index, and characters of arguments told.
        self._calls: dict[int, list[int]] = {}

    def text(self, text: str) -> list[Event]:
        return self._grow("text", text)

    def thought(self, text: str) -> list[Event]:
        return self._grow("thinking", text)

    def signed(self, block: dict[str, Any]) -> list[Event]:
        """A whole block of thoughts: only its signature is news, if its text was told already."""
        if block.get("type") != "thinking":
            return [*self._close(), self._start(block), self._stop(self._at)]
        found = [] if self._kind == "thinking" else self._grow("thinking", str(block.get("thinking") or ""))
        found.append(self._delta(self._at, {"type": "signature_delta", "signature": str(block.get("signature") or "")}))
        return found + self._close()

    def call(self, call: Call) -> list[Event]:
        """A piece of a tool call."""
        found: list[Event] = []
        if call.index not in self._calls:
            found += self._close()
            found.append(self._start({"type": "tool_use", "id": call.id, "name": call.name, "input": {}}))
            self._calls[call.index] = [self._at, 0]
        return found + self._arguments(call.index, call.arguments)

    def rest_of_call(self, call: Call) -> list[Event]:
        """What is missing of a tool call that is known as a whole, by its place in the answer."""
        known = sorted(self._calls)
        if call.index >= len(known):
            return self.call(replace(call, index=max(known, default=-1) + 1))
        index = known[call.index]
        return self._arguments(index, call.arguments[self._calls[index][1] :])

    def close(self) -> list[Event]:
        """Everything."""
        return self._close() + [self._stop(at) for at, _ in self._calls.values()]

    def _arguments(self, index: int, piece: str) -> list[Event]:
        if not piece:
            return []
        known = self._calls[index]
        known[1] += len(piece)
        return [self._delta(known[0], {"type": "input_json_delta", "partial_json": piece})]

    def _grow(self, kind: str, text: str) -> list[Event]:
        found: list[Event] = []
        if self._kind != kind:
            found += self._close()
            found.append(self._start(EMPTY[kind]))
            self._kind = kind
        name, field = DELTAS[kind]
        return [*found, self._delta(self._at, {"type": name, field: text})]

    def _start(self, block: dict[str, Any]) -> Event:
        self._at, self._next = self._next, self._next + 1
        return {"type": "content_block_start", "index": self._at, "content_block": dict(block)}

    def _close(self) -> list[Event]:
        was, self._kind = self._kind, ""
        return [self._stop(self._at)] if was else []

    def _delta(self, at: int, delta: dict[str, Any]) -> Event:
        return {"type": "content_block_delta", "index": at, "delta": delta}

    def _stop(self, at: int) -> Event:
        return {"type": "content_block_stop", "index": at}
