"""Anthropic's answers as OpenAI's chunks: one a streaming event, or one for a whole message."""

import json
import time
from typing import Any

from millrace.dialects.anthropic.reasons import finish_reason
from millrace.dialects.anthropic.usage import chat_usage


class Chunks:
    """Turns the events of one answer into chunks: one id and time for all, tool calls numbered on.

    `chat`, or the older completions, which have the text alone. Of a malformed event it raises LookupError, TypeError,
    ValueError or AttributeError.
    """

    def __init__(self, *, chat: bool = True) -> None:
        self._chat = chat
        self._head: dict[str, Any] = {"created": int(time.time())}
        self._usage: dict[str, Any] = {}
        #: By the block's index: what is known of a block that is not yet whole.
        self._blocks: dict[int, dict[str, Any]] = {}
        self._calls = 0
        #: Whether the event that ends the answer was seen.
        self.done = False

    def chunk(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """The chunk of an event; None for a `ping`, and for what we do not know."""
        reader = getattr(self, f"_{event.get('type')}", None) if event.get("type") in EVENTS else None
        return reader(event) if reader else None

    def whole(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message that was not streamed."""
        self._message_start({"message": message})
        deltas: dict[str, Any] = {}
        for block in message["content"]:
            for name, value in self._whole_block(block).items():
                deltas[name] = deltas[name] + value if name in deltas else value
        self.done = True
        return self._made(deltas, message)

    def _message_start(self, event: dict[str, Any]) -> dict[str, Any] | None:
        message = event["message"]
        self._head |= {"id": str(message.get("id") or ""), "model": message.get("model")}
        self._usage |= message.get("usage") or {}
        return None

    def _content_block_start(self, event: dict[str, Any]) -> dict[str, Any] | None:
        block = dict(event["content_block"])
        self._blocks[int(event["index"])] = block
        if block.get("type") == "tool_use":
            block["call"] = self._calls
            self._calls += 1
            return self._made({"tool_calls": [_call(block, block["call"], "")]})
        if block.get("type") == "redacted_thinking":
            return self._made({"thinking_blocks": [block]})
        return self._made({"content": block["text"]}) if block.get("text") else None

    def _content_block_delta(self, event: dict[str, Any]) -> dict[str, Any] | None:
        delta, block = event["delta"], self._blocks.setdefault(int(event["index"]), {})
        kind = delta.get("type")
        if kind == "text_delta":
            return self._made({"content": delta["text"]})
        if kind == "thinking_delta":
            block.setdefault("pieces", []).append(str(delta["thinking"]))
            return self._made({"reasoning_content": delta["thinking"]})
        if kind == "signature_delta":
            block["signature"] = str(block.get("signature") or "") + str(delta["signature"])
        elif kind == "input_json_delta" and "call" in block:
            return self._arguments(block, delta["partial_json"])
        elif kind == "citations_delta":
            return self._made({"citations": [delta["citation"]]})
        return None

    def _arguments(self, block: dict[str, Any], piece: str) -> dict[str, Any] | None:
        if not piece:
            return None
        block["begun"] = True
        return self._made({"tool_calls": [{"index": block["call"], "function": {"arguments": piece}}]})

    def _content_block_stop(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """A block of thoughts goes on once more as a whole, with its signature: it must come back so."""
        block = self._blocks.pop(int(event["index"]), {})
        if block.get("type") == "thinking":
            text = str(block.get("thinking") or "") + "".join(block.get("pieces", ()))
            thought = {"type": "thinking", "thinking": text, "signature": str(block.get("signature") or "")}
            return self._made({"thinking_blocks": [thought]})
        if "call" in block and "begun" not in block:
            return self._arguments(block, json.dumps(block.get("input") or {}))
        return None

    def _message_delta(self, event: dict[str, Any]) -> dict[str, Any]:
        self._usage |= {name: value for name, value in (event.get("usage") or {}).items() if value is not None}
        return self._made({}, event["delta"])

    def _message_stop(self, _: dict[str, Any]) -> None:
        self.done = True

    def _whole_block(self, block: dict[str, Any]) -> dict[str, Any]:
        kind = block["type"]
        if kind == "text":
            cited = {"citations": block["citations"]} if block.get("citations") else {}
            return {"content": block["text"], **cited}
        if kind == "thinking":
            return {"reasoning_content": block["thinking"], "thinking_blocks": [block]}
        if kind == "redacted_thinking":
            return {"thinking_blocks": [block]}
        if kind == "tool_use":
            self._calls += 1
            return {"tool_calls": [_call(block, self._calls - 1, json.dumps(block.get("input") or {}))]}
        return {}

    def _made(self, delta: dict[str, Any], ended: dict[str, Any] | None = None) -> dict[str, Any]:
        piece = {"delta": delta} if self._chat else {"text": delta.get("content", "")}
        choice: dict[str, Any] = {"index": 0, **piece, "finish_reason": None}
        found: dict[str, Any] = {**self._head, "choices": [choice]}
        if ended and ended.get("stop_reason"):
            choice |= {"finish_reason": finish_reason(ended["stop_reason"]), "stop_reason": ended.get("stop_sequence")}
            details = ended.get("stop_details")
            if self._chat and isinstance(details, dict) and details.get("explanation"):
                delta["refusal"] = str(details["explanation"])
            found["usage"] = chat_usage(self._usage)
        return found


#: The events that say something.
EVENTS = (
    *("message_start", "message_delta", "message_stop"),
    *("content_block_start", "content_block_delta", "content_block_stop"),
)


def _call(block: dict[str, Any], index: int, arguments: str) -> dict[str, Any]:
    function = {"name": str(block["name"]), "arguments": arguments}
    return {"index": index, "id": str(block["id"]), "type": "function", "function": function}
