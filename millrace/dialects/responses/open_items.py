"""The items of one attempt at a streamed response: thoughts, the message, tool calls, in the order they come."""

from dataclasses import replace
from typing import Any

from millrace.dialects.responses.growing import Calling, Event, Growing, Logprobs, Thinking
from millrace.dialects.responses.output import Item, call_id, item_id
from millrace.dialects.said import Call

#: Tool calls that may begin in one delta, so that its events fit numbers.STEP; more wait for the end.
MOST_CALLS = 24


class OpenItems:
    """Thoughts close when something else begins; the message and the calls at the end, for their pieces may be mixed.

    `base`: the place of the first item, past those that a broken attempt has left.
    """

    def __init__(self, id: str, base: int = 0) -> None:
        self._id = id
        self._base = base
        self._thinking: Thinking | None = None
        self._message: Growing | None = None
        #: By the index of the call; None for one that waits for the end.
        self._calls: dict[int, Calling | None] = {}
        #: The items by their place; those that are closed as they were closed.
        self._items: list[Growing | Calling] = []
        self._closed: set[int] = set()

    @property
    def next(self) -> int:
        """The place of the next item."""
        return self._base + len(self._items)

    def thought(self, piece: str) -> list[Event]:
        found: list[Event] = []
        if self._thinking is None:
            self._thinking = Thinking(item_id("rs", self._id, self.next), self.next)
            found.append(self._open(self._thinking))
        return found + (self._thinking.grow("reasoning_text", piece, []) if piece else [])

    def signed(self, block: dict[str, Any]) -> list[Event]:
        """A whole block of thoughts; its text was told already, or is sealed."""
        known = self._thinking is not None
        text = block.get("thinking")
        found = self.thought("" if known or not isinstance(text, str) else text)
        assert self._thinking is not None
        self._thinking.thoughts.append(block)
        return found

    def text(self, part: str, piece: str, logprobs: Logprobs) -> list[Event]:
        """Of the message: `output_text` or `refusal`. An empty piece opens it."""
        found = self._pause()
        if self._message is None:
            found.append(self._open(self._new_message()))
        assert self._message is not None
        return found + self._message.grow(part, piece, logprobs)

    def adopt(self, text: str) -> None:
        """Text that the reader has, at least in part: it is open, and nobody is told."""
        if self._message is None:
            self._items.append(self._new_message())
        assert self._message is not None
        self._message.parts["output_text"] = [text]

    def call(self, call: Call, room: int = 1) -> list[Event]:
        """A piece of a tool call; one that is new waits for the end where there is no `room`."""
        found: list[Event] = []
        if call.index not in self._calls:
            if room < 1:
                self._calls[call.index] = None
                return []
            found = self._pause()
            begun = Calling(call_id(self._id, call, self._base), self.next, replace(call, arguments=""))
            found.append(self._open(begun))
            self._calls[call.index] = begun
        known = self._calls[call.index]
        return found + (known.grow(call.arguments) if known else [])

    def rest_of_call(self, call: Call) -> list[Event]:
        """What is missing of a call that is known as a whole, by its place in the answer."""
        known = sorted(self._calls)
        index = known[call.index] if call.index < len(known) else max(known, default=-1) + 1
        told = self._calls.get(index)
        if told is None:
            self._calls.pop(index, None)
            return self.call(replace(call, index=index))
        return told.grow(call.arguments[told.size :])

    def settle(self, part: str, text: str) -> None:
        """What a part says in the end, whatever was told of it."""
        if self._message is not None and part in self._message.parts:
            self._message.parts[part] = [text]

    def close(self, status: str, logprobs: Logprobs) -> list[Event]:
        """All that is open; `status` is the message's, and that of calls that may not be whole."""
        found = self._pause()
        for item in self._items:
            if item.place not in self._closed:
                self._closed.add(item.place)
                found += item.close(status) if isinstance(item, Calling) else item.close(status, logprobs)
        return found

    def output(self, status: str, logprobs: Logprobs) -> list[Item]:
        """The items, whole."""
        return [
            item.item(status)
            if isinstance(item, Calling)
            else item.item("completed" if isinstance(item, Thinking) else status, logprobs)
            for item in self._items
        ]

    def _open(self, item: Growing | Calling) -> Event:
        self._items.append(item)
        return item.open()

    def _new_message(self) -> Growing:
        self._message = Growing(item_id("msg", self._id, self._base), self.next)
        return self._message

    def _pause(self) -> list[Event]:
        """The thoughts end here; later ones are an item of their own."""
        was, self._thinking = self._thinking, None
        if was is None:
            return []
        self._closed.add(was.place)
        return was.close("completed", [])
