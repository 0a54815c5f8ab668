"""The deltas of a chat as the events of a streamed message: its start, its blocks, why it ended, its stop."""

import json
from typing import Any

from millrace.dialects.anthropic.errors import error_of
from millrace.dialects.anthropic.message import begun, message_of
from millrace.dialects.anthropic.open_blocks import OpenBlocks
from millrace.dialects.said import calls_in, message_in, noted_in, text_in, thought_in, thoughts_in

Event = dict[str, Any]

#: Shows that the stream lives; clients drop it.
PING: Event = {"type": "ping"}


def sse(event: Event) -> str:
    """An event as it is written."""
    return f"event: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n"


class MessageStream:
    """One answer, event by event. `delta` and `snapshot` take the data of our events of these names.

    Only the first choice is told: a Messages request asks for no more.
    """

    def __init__(self, *, id: str, model: str, input_tokens: int = 0) -> None:
        self._id = id
        self._model = model
        self._input_tokens = input_tokens
        self._blocks = OpenBlocks()
        #: Characters of text that were told.
        self._told = 0
        #: Whether any of the answer was told, so that it cannot begin anew.
        self.begun = False

    def answered_by(self, model: str) -> None:
        """Who answers in the end; of no use once its start was told."""
        self._model = model

    def start(self) -> list[Event]:
        """The beginning. `input_tokens`, as far as they are known, are said again at the end."""
        return [{"type": "message_start", "message": begun(self._id, self._model, self._input_tokens)}]

    def delta(self, data: dict[str, Any]) -> list[Event]:
        """Of a `delta` event: `{text, offset, choice?, extra?}`."""
        if data.get("choice"):
            return []
        found = self._extra(data.get("extra") or {}) + self._text(data.get("text") or "")
        self.begun = self.begun or bool(found)
        return found

    def snapshot(self, data: dict[str, Any]) -> list[Event]:
        """Of a `snapshot` event, `{text}`: what is missing up to there."""
        text = data.get("text") or ""
        return self.delta({"text": text[self._told :]})

    def end(self, answer: dict[str, Any]) -> list[Event]:
        """The end, given the whole answer: what was not streamed of it, why it ended, what it used."""
        message = message_of(answer, id=self._id, model=self._model)
        found = self._rest(answer)
        self.begun = True
        ended = {"stop_reason": message["stop_reason"], "stop_sequence": message["stop_sequence"], **noted_in(message)}
        delta = {"type": "message_delta", "delta": ended, "usage": message["usage"]}
        return [*found, *self._blocks.close(), delta, {"type": "message_stop"}]

    def failed(self, status: int, message: str) -> list[Event]:
        """An end in the middle: its SDK raises for it."""
        return [error_of(status, message)]

    def _text(self, text: str) -> list[Event]:
        self._told += len(text)
        return self._blocks.text(text) if text else []

    def _extra(self, extra: dict[str, Any]) -> list[Event]:
        thought, refusal = thought_in(extra), text_in(extra, "refusal")
        found = self._blocks.thought(thought) if thought else []
        for block in thoughts_in(extra):
            found += self._blocks.signed(block)
        for call in calls_in(extra):
            found += self._blocks.call(call)
        return found + (self._blocks.text(refusal) if refusal else [])

    def _rest(self, answer: dict[str, Any]) -> list[Event]:
        """What the whole answer has and the deltas had not: a backend that did not stream, or a gap."""
        said = message_in(answer)
        found: list[Event] = []
        if not self.begun:
            found += self._extra({name: value for name, value in said.items() if name != "tool_calls"})
        found += self._text(text_in(said)[self._told :])
        for call in calls_in(said):
            found += self._blocks.rest_of_call(call)
        return found
