"""From the events of a job to the chunks of an OpenAI stream: `data: {...}`, and `data: [DONE]` at the end."""

import json
import time
from typing import Any

from millrace.dialects.said import noted_in
from millrace.errors import MillraceError
from millrace.streams.events import Event

#: What a delta carries beside its text that belongs to the choice and not to the delta.
BESIDE = "logprobs"


class Chunks:
    """The chunks of one answer: one id and one time for all. `chat`, or the older completions."""

    still = ": still here\n\n"

    def __init__(self, id: str, model: str, *, chat: bool, usage: bool) -> None:
        kind, prefix = ("chat.completion.chunk", "chatcmpl") if chat else ("text_completion", "cmpl")
        id = f"{prefix}-{id.replace('-', '')}"
        self._head = {"id": id, "object": kind, "created": int(time.time()), "model": model}
        self._chat = chat
        self._usage = usage
        #: Characters sent, by choice.
        self.sent: dict[int, int] = {}

    @property
    def begun(self) -> bool:
        return bool(self.sent)

    @property
    def bound(self) -> bool:
        return self.begun

    def event(self, event: Event) -> str:
        """The chunk of a `delta` or a `snapshot`; the others say nothing to a reader of chunks."""
        if event.type == "delta":
            return self._delta(event.data)
        if event.type == "started":
            self._head["model"] = event.data["model"]
        return self._snapshot(event.data) if event.type == "snapshot" else ""

    def _delta(self, data: dict[str, Any]) -> str:
        extra = dict(data.get("extra") or {})
        beside = extra.pop(BESIDE, None)
        return self._piece(data.get("choice", 0), data["text"], extra, beside)

    def _snapshot(self, data: dict[str, Any]) -> str:
        """What is missing up to it: a gap in the stream was filled from the checkpoint."""
        texts = data.get("choices") or [data["text"]]
        missing = [(i, text[self.sent.get(i, 0) :]) for i, text in enumerate(texts)]
        return "".join(self._piece(i, text, {}, None) for i, text in missing if text)

    def _piece(self, index: int, text: str, extra: dict[str, Any], beside: Any) -> str:
        first = index not in self.sent
        self.sent[index] = self.sent.get(index, 0) + len(text)
        if not self._chat:
            return self._chunk([{"index": index, "text": text, "logprobs": beside, "finish_reason": None}])
        delta = ({"role": "assistant"} if first else {}) | ({"content": text} if text or not extra else {}) | extra
        return self._chunk([{"index": index, "delta": delta, "logprobs": beside, "finish_reason": None}])

    def end(self, _: Event, answer: dict[str, Any]) -> str:
        """The last chunks: what was not streamed, why each choice ended, the usage if it was asked for."""
        lines = [self._rest(choice) + self._finish(choice) for choice in answer.get("choices") or []]
        if self._usage:
            lines.append(self._line({**self._head, "choices": [], "usage": answer.get("usage")}))
        return "".join(lines) + "data: [DONE]\n\n"

    def failed(self, failure: MillraceError) -> str:
        """OpenAI's own client raises APIError for it."""
        error = {"message": failure.message, "type": "server_error", "param": None, "code": failure.code}
        return self._line({"error": error})

    def _rest(self, choice: dict[str, Any]) -> str:
        """A backend that answered whole, though it was asked to stream: all at once, then."""
        index = choice.get("index", 0)
        if index in self.sent:
            return ""
        message = choice.get("message") or {"content": choice.get("text")}
        extra = {name: value for name, value in message.items() if name not in ("role", "content") and value}
        if extra.get("tool_calls"):
            extra["tool_calls"] = [{"index": i, **call} for i, call in enumerate(extra["tool_calls"])]
        return self._piece(index, message.get("content") or "", extra, None)

    def _finish(self, choice: dict[str, Any]) -> str:
        ended: dict[str, Any] = {"index": choice.get("index", 0), "delta": {}} if self._chat else {"text": ""}
        ended |= {"index": choice.get("index", 0), "logprobs": None, "finish_reason": choice.get("finish_reason")}
        return self._chunk([ended | noted_in(choice)])

    def _chunk(self, choices: list[dict[str, Any]]) -> str:
        return self._line({**self._head, "choices": choices, **({"usage": None} if self._usage else {})})

    @staticmethod
    def _line(chunk: dict[str, Any]) -> str:
        return f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n"
