"""What the fake OpenAI says: choices, as a whole and in pieces, with tool calls, logprobs and JSON where asked for."""

import base64
import json
import random
import struct
from collections.abc import Iterator
from typing import Any

from tests.fakes.fitting import fitting

WEATHER = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"const": "Ulm"}}}}
#: Numbers in an embedding.
DIMENSIONS = 8


class Said:
    """The answer to one request, as its switches want it. Each choice says the same, unless there is a `seed`."""

    def __init__(self, body: dict[str, Any], how: dict[str, Any], *, chat: bool) -> None:
        self.body, self.how, self.chat = body, how, chat
        self.calls = self._calls() if chat else []
        self.ended = "tool_calls" if self.calls else "stop"
        self.words = [] if self.calls else self._pieces()

    @property
    def choices(self) -> int:
        n = self.body.get("n")
        return n if type(n) is int and 0 < n <= 128 else 1

    def pieces(self, choice: int) -> list[str]:
        """With a seed they are its own, and another choice's are others; the same seed says the same."""
        seed = self.body.get("seed")
        if seed is None or self.how.get("text") or self._verbatim() is not None:
            return self.words
        drawn = random.Random(f"{seed}/{choice}")
        return [f"w{drawn.randrange(1000)} " for _ in self.words]

    def usage(self) -> dict[str, Any]:
        asked = next(self.body[name] for name in ("messages", "prompt", "input") if name in self.body)
        given, thought = len(json.dumps(asked).split()), self.how.get("thought", 0)
        made = len(self.words) * self.choices + len(self.calls) + thought
        usage: dict[str, Any] = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
        if self.how.get("cached"):
            usage["prompt_tokens_details"] = {"cached_tokens": self.how["cached"], "audio_tokens": 0}
        if thought:
            usage["completion_tokens_details"] = {"reasoning_tokens": thought, "audio_tokens": 0}
        return usage

    def message(self, choice: int) -> dict[str, Any]:
        """The whole choice."""
        text = "".join(self.pieces(choice))
        found: dict[str, Any] = {"index": choice, "logprobs": self.logprobs(self.pieces(choice))}
        found["finish_reason"] = self.ended
        if not self.chat:
            return found | {"text": text}
        said: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        if self.how.get("thinking"):
            said["reasoning_content"] = "".join(self.how["thinking"])
        return found | {"message": said | ({"content": None, "tool_calls": self.calls} if self.calls else {})}

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The pieces that are not text: thoughts, and tool calls in two pieces each."""
        yield from ({"reasoning_content": piece} for piece in self.how.get("thinking") or ())
        for at, call in enumerate(self.calls):
            arguments = call["function"]["arguments"]
            first = call | {"index": at, "function": call["function"] | {"arguments": arguments[:4]}}
            yield {"role": "assistant", "content": None, "tool_calls": [first]}
            yield {"tool_calls": [{"index": at, "function": {"arguments": arguments[4:]}}]}

    def logprobs(self, pieces: list[str]) -> Any:
        wanted = self.body.get("logprobs")
        if not wanted:
            return None
        top = self.body.get("top_logprobs") or 0 if self.chat else wanted
        if not self.chat:
            tops = [{piece: -0.1} for piece in pieces] if top else None
            return {"tokens": pieces, "token_logprobs": [-0.1] * len(pieces), "top_logprobs": tops, "text_offset": []}
        return {"content": [_token(piece) | {"top_logprobs": [_token(piece)] * min(top, 1)} for piece in pieces]}

    def _verbatim(self) -> str | None:
        if self.how.get("mode") == "echo":
            return json.dumps({name: value for name, value in self.body.items() if name != "fake"})
        wanted = self.body.get("response_format")
        if isinstance(wanted, dict) and wanted.get("type") == "json_schema":
            return json.dumps(fitting((wanted.get("json_schema") or {}).get("schema") or {}))
        return "{}" if isinstance(wanted, dict) and wanted.get("type") == "json_object" else None

    def _pieces(self) -> list[str]:
        given: list[str] | None = self.how.get("text")
        verbatim = self._verbatim()
        if given is not None or verbatim is not None:
            return given if given is not None else [str(verbatim)]
        most = self.body.get("max_completion_tokens") or self.body.get("max_tokens") or self.how.get("tokens", 5)
        if self.how.get("tokens", 0) > most:
            self.ended = "length"
        # However many were asked for: hostile numbers come here too.
        return self._stopped([f"w{at} " for at in range(min(most, self.how.get("tokens", most), 10_000))])

    def _stopped(self, pieces: list[str]) -> list[str]:
        """Up to the first stop sequence."""
        stop = self.body.get("stop")
        stops = [one for one in (stop if isinstance(stop, list) else [stop]) if isinstance(one, str) and one]
        text = "".join(pieces)
        found = [text.index(one) for one in stops if one in text]
        if not found:
            return pieces
        self.ended = "stop"
        left = text[: min(found)]
        return [word for word in left.replace(" ", " \n").split("\n") if word]

    def _calls(self) -> list[dict[str, Any]]:
        choice, forced = self.body.get("tool_choice"), None
        if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
            forced = choice["function"].get("name")
        elif choice != "required" and self.how.get("mode") != "tools":
            return []
        given = self.body.get("tools")
        tools = [tool["function"] for tool in given or () if isinstance(tool, dict) and tool.get("function")] or [
            WEATHER
        ]
        tools = [tool for tool in tools if forced in (None, tool.get("name"))] or tools
        count = 1 if self.body.get("parallel_tool_calls") is False else self.how.get("calls", 1)
        return [_call(at, tools[at % len(tools)]) for at in range(count)]


def embedding(text: Any, body: dict[str, Any]) -> Any:
    """A vector, a list of numbers or base64 of little-endian floats."""
    wanted = body.get("dimensions")
    size = wanted if type(wanted) is int and 2 <= wanted <= 4_096 else DIMENSIONS
    vector = [1.0, float(len(str(text)))] + [0.0] * (size - 2)
    if body.get("encoding_format") == "base64":
        return base64.b64encode(struct.pack(f"<{size}f", *vector)).decode()
    return vector


def _call(at: int, tool: dict[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(fitting(tool.get("parameters") or {"type": "object"}))
    return {"id": f"call_{at + 1}", "type": "function", "function": {"name": tool.get("name"), "arguments": arguments}}


def _token(piece: str) -> dict[str, Any]:
    return {"token": piece, "logprob": -0.1, "bytes": list(piece.encode("utf-8", "replace"))}
