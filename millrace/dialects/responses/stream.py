"""Our events of a job as the events of a streamed response, from its beginning or from any of them on."""

import json
from typing import Any

from millrace.dialects.responses.growing import Event
from millrace.dialects.responses.numbers import event_of, number
from millrace.dialects.responses.open_items import MOST_CALLS, OpenItems
from millrace.dialects.responses.output import logprobs_of, tokens_of
from millrace.dialects.responses.response import INCOMPLETE, response_of
from millrace.dialects.said import calls_in, choice_of, message_in, text_in, thought_in, thoughts_in


def sse(event: Event) -> str:
    """An event as it is written."""
    return f"event: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n"


class ResponseStream:
    """Feed it the events of a job from the first on; it gives those after `starting_after`, numbered (see `numbers`).

    The numbers and the items are the same in every process, since they are made of the events alone. Where part of
    the log is lost and a snapshot stands for it, a reader that goes on in the middle is not told its text twice: it
    gets what comes after, and the whole in `response.output_text.done`.
    """

    def __init__(
        self, *, id: str, model: str, created_at: int, echo: dict[str, Any], starting_after: int | None = None
    ) -> None:
        self._head: dict[str, Any] = {"id": id, "model": model, "created_at": created_at, "echo": echo}
        self._after = -1 if starting_after is None else starting_after
        self._items = OpenItems(id)
        #: The number of the last event that was fed.
        self._seen = 0
        #: Characters of text that came.
        self._told = 0
        #: Whether anything of the answer was told, so that it cannot begin anew.
        self.begun = False

    def feed(self, seq: int, type: str, data: dict[str, Any]) -> list[Event]:
        """Of the event numbered `seq`; nothing for those that say nothing to a reader of responses."""
        readers = {"queued": self._queued, "started": self._started, "delta": self._delta}
        readers |= {"snapshot": self._snapshot, "reset": self._reset}
        found = readers[type](data) if type in readers else []
        self._seen = max(self._seen, seq)
        return self._numbered(seq, found)

    def end(self, seq: int, answer: dict[str, Any], completed_at: int) -> list[Event]:
        """The end of a job that succeeded, given the whole answer: what was not streamed of it, then the response."""
        rest, reason = self._rest(answer), INCOMPLETE.get(str(choice_of(answer).get("finish_reason")))
        status, logprobs = "incomplete" if reason else "completed", logprobs_of(answer)
        closed = self._items.close(status, logprobs)
        output = self._items.output(status, logprobs)
        made = response_of(**self._head, status="completed", answer=answer, output=output, completed_at=completed_at)
        return self._numbered(seq, [*rest, *closed, {"type": f"response.{made['status']}", "response": made}])

    def failed(self, seq: int, error: dict[str, Any] | None, status: str = "failed") -> list[Event]:
        """The end of one that did not: `failed`, or `cancelled`, for which OpenAI has no event of its own."""
        closed = self._items.close("incomplete", [])
        output = self._items.output("incomplete", [])
        made = response_of(**self._head, status=status, error=error, output=output)
        return self._numbered(seq, [*closed, {"type": "response.failed", "response": made}])

    def _numbered(self, seq: int, events: list[Event]) -> list[Event]:
        found = [{**event, "sequence_number": number(seq, k)} for k, event in enumerate(events)]
        return [event for event in found if event["sequence_number"] > self._after]

    def _queued(self, _: dict[str, Any]) -> list[Event]:
        if not self._head["echo"].get("background"):
            return [self._shown("created", "in_progress")]
        return [self._shown("created", "queued"), self._shown("queued", "queued")]

    def _started(self, data: dict[str, Any]) -> list[Event]:
        self._head["model"] = data.get("model") or self._head["model"]
        return [self._shown("in_progress", "in_progress")]

    def _shown(self, event: str, status: str) -> Event:
        return {"type": f"response.{event}", "response": response_of(**self._head, status=status)}

    def _delta(self, data: dict[str, Any]) -> list[Event]:
        if data.get("choice"):
            return []
        extra, text = data.get("extra") or {}, data.get("text") or ""
        found = self._extra(extra)
        if text:
            self._told += len(text)
            found += self._items.text("output_text", text, tokens_of(extra.get("logprobs")))
        self.begun = self.begun or bool(found)
        return found

    def _extra(self, extra: dict[str, Any]) -> list[Event]:
        thought, refusal = thought_in(extra), text_in(extra, "refusal")
        found = self._items.thought(thought) if thought else []
        for block in thoughts_in(extra):
            found += self._items.signed(block)
        for at, call in enumerate(calls_in(extra)):
            found += self._items.call(call, MOST_CALLS - at)
        return found + (self._items.text("refusal", refusal, []) if refusal else [])

    def _snapshot(self, data: dict[str, Any]) -> list[Event]:
        text = text_in(data, "text")
        if self._seen >= event_of(self._after) or len(text) <= self._told:
            return self._delta({"text": text[self._told :]})
        # How much of it the reader has, nobody knows.
        self._items.adopt(text)
        self._told, self.begun = len(text), True
        return []

    def _reset(self, _: dict[str, Any]) -> list[Event]:
        """Another attempt begins: what was told stands as incomplete, and new items follow."""
        found = self._items.close("incomplete", []) if self.begun else []
        self._items = OpenItems(self._head["id"], self._items.next)
        self._told, self.begun = 0, False
        return found

    def _rest(self, answer: dict[str, Any]) -> list[Event]:
        """What the whole answer has and the deltas had not: a backend that did not stream, or a gap."""
        said = message_in(answer)
        found: list[Event] = []
        if not self.begun:
            found += self._extra({name: value for name, value in said.items() if name != "tool_calls"})
        text, calls = text_in(said), list(calls_in(said))
        if text[self._told :] or not (text or calls or text_in(said, "refusal")):
            found += self._items.text("output_text", text[self._told :], [])
        self._items.settle("output_text", text)
        for call in calls:
            found += self._items.rest_of_call(call)
        return found
