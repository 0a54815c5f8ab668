"""What the fake Anthropic says: a message, and the same as the events of its stream."""

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.fitting import fitting

Block = dict[str, Any]

WEATHER = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"const": "Ulm"}}}}


class Said:
    """The answer to one request, as its switches want it."""

    def __init__(self, body: dict[str, Any], how: dict[str, Any]) -> None:
        self.body, self.how = body, how
        self.calls = self._calls()
        self.pieces = [] if self.calls and not how.get("text") else self._pieces()
        self.thoughts: list[str] = how.get("thinking") or []
        if (body.get("thinking") or {}).get("type") in ("adaptive", "enabled") and not self.thoughts:
            self.thoughts = ["Let me ", "see."]
        self.given = len(json.dumps([body.get(name) for name in ("system", "messages", "tools")]).split())

    @property
    def stop_reason(self) -> str:
        if self.calls:
            return "tool_use"
        cut = self.how.get("tokens", 0) > self.body["max_tokens"]
        return str(self.how.get("stop_reason") or ("max_tokens" if cut else "end_turn"))

    @property
    def ended(self) -> dict[str, Any]:
        reason, stops = self.stop_reason, self.body.get("stop_sequences") or [None]
        refused = {"type": "refusal", "category": "cyber", "explanation": "I would rather not."}
        return {
            "stop_reason": reason,
            "stop_sequence": stops[0] if reason == "stop_sequence" else None,
            "stop_details": refused if reason == "refusal" else None,
        }

    def usage(self) -> dict[str, Any]:
        if self.how.get("usage") is False:
            return {}
        thought = self.how.get("thought", 0)
        return {
            "input_tokens": self.given,
            "cache_creation_input_tokens": self.how.get("written", 0),
            "cache_read_input_tokens": self.how.get("cached", 0),
            "output_tokens": len(self.pieces) + len(self.calls) + thought,
            "output_tokens_details": {"thinking_tokens": thought},
            "service_tier": "standard",
        }

    def blocks(self) -> list[Block]:
        """The content, whole."""
        found: list[Block] = []
        if self.thoughts:
            found.append({"type": "thinking", "thinking": "".join(self.thoughts), "signature": "c2lnbmVk"})
        if self.pieces:
            found.append({"type": "text", "text": "".join(self.pieces)})
        return found + self.calls

    def _pieces(self) -> list[str]:
        given: list[str] | None = self.how.get("text")
        if given is not None:
            return given
        if self.how.get("mode") == "echo":
            return [json.dumps({name: value for name, value in self.body.items() if name != "fake"})]
        wanted = (self.body.get("output_config") or {}).get("format")
        if wanted:
            return [json.dumps(fitting(wanted["schema"]))]
        most = min(self.how.get("tokens", self.body["max_tokens"]), self.body["max_tokens"], 10_000)
        return [f"w{at} " for at in range(most)]

    def _calls(self) -> list[Block]:
        choice, tools = self.body.get("tool_choice") or {}, self.body.get("tools") or [WEATHER]
        if choice.get("type") == "tool":
            tools = [tool for tool in tools if tool["name"] == choice["name"]]
        elif choice.get("type") != "any" and self.how.get("mode") != "tools":
            return []
        chosen = [tools[at % len(tools)] for at in range(self.how.get("calls", 1))]
        return [
            {
                "type": "tool_use",
                "id": f"toolu_{at}",
                "name": tool["name"],
                "input": fitting(tool["input_schema"]) or {},
            }
            for at, tool in enumerate(chosen)
        ]


def message(said: Said) -> dict[str, Any]:
    """The whole message."""
    usage = {"usage": said.usage()} if said.usage() else {}
    return {**_head(said), "content": said.blocks(), **said.ended, **usage}


def _head(said: Said) -> dict[str, Any]:
    return {"id": "msg_fake", "type": "message", "role": "assistant", "model": said.body["model"]}


def events(said: Said) -> Iterator[dict[str, Any]]:
    """The events of its stream."""
    begun = said.usage() | {"output_tokens": 1} if said.usage() else {}
    empty = {"content": [], "stop_reason": None, "stop_sequence": None, "usage": begun}
    yield {"type": "message_start", "message": {**_head(said), **empty}}
    yield {"type": "ping"}
    for at, block in enumerate(said.blocks()):
        yield {"type": "content_block_start", "index": at, "content_block": _empty(block)}
        for delta in _deltas(block, said):
            yield {"type": "content_block_delta", "index": at, "delta": delta}
        yield {"type": "content_block_stop", "index": at}
    yield {"type": "message_delta", "delta": said.ended, "usage": said.usage()}
    yield {"type": "message_stop"}


def _empty(block: Block) -> Block:
    return block | {name: type(block[name])() for name in ("text", "thinking", "signature", "input") if name in block}


def _deltas(block: Block, said: Said) -> Iterator[dict[str, Any]]:
    if block["type"] == "thinking":
        yield from ({"type": "thinking_delta", "thinking": piece} for piece in said.thoughts)
        yield {"type": "signature_delta", "signature": block["signature"]}
    elif block["type"] == "text":
        yield from ({"type": "text_delta", "text": piece} for piece in said.pieces)
    elif block["input"]:
        raw = json.dumps(block["input"])
        yield from ({"type": "input_json_delta", "partial_json": raw[at : at + 9]} for at in range(0, len(raw), 9))
