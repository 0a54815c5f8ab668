"""Ollama's replies as OpenAI's: each line becomes a chunk, so that assembly.py does the rest."""

import json
import secrets
import time
from typing import Any

from millrace.engines.answers.packing import in_base64
from millrace.engines.answers.usage import as_body, counted, estimated
from millrace.engines.engine import Answer
from millrace.engines.failures import Broken


class Chunks:
    """Turns the lines of one reply into OpenAI's chunks: one id, one time, tool calls numbered on."""

    def __init__(self, *, chat: bool) -> None:
        self._chat = chat
        self._id = f"{'chatcmpl' if chat else 'cmpl'}-{secrets.token_hex(12)}"
        self._created = int(time.time())
        self._calls = 0
        #: Whether the line that ends the reply was seen.
        self.done = False

    def chunk(self, line: dict[str, Any]) -> dict[str, Any]:
        """A line of /api/chat or /api/generate as a chunk. Raises Broken."""
        choice: dict[str, Any] = {"index": 0, "finish_reason": None}
        if self._chat:
            choice["delta"] = self._delta(line.get("message") or {})
        else:
            choice["text"] = line.get("response") or ""
        if line.get("logprobs"):
            choice["logprobs"] = _logprobs(line["logprobs"], chat=self._chat)
        found = {"id": self._id, "created": self._created, "model": line.get("model"), "choices": [choice]}
        if line.get("done"):
            self.done = True
            choice["finish_reason"] = self._reason(line.get("done_reason"))
            found["usage"] = _usage(line)
        return found

    def _delta(self, message: Any) -> dict[str, Any]:
        if not isinstance(message, dict):
            raise Broken("The backend's answer cannot be read: a message is no object.")
        delta = {"content": message.get("content"), "reasoning_content": message.get("thinking")}
        if message.get("tool_calls"):
            delta["tool_calls"] = [self._tool_call(call) for call in message["tool_calls"]]
        return delta

    def _tool_call(self, call: Any) -> dict[str, Any]:
        try:
            name, arguments = call["function"]["name"], call["function"].get("arguments") or {}
            made = {"name": name, "arguments": json.dumps(arguments)}
        except (KeyError, TypeError, AttributeError) as cause:
            raise Broken("The backend's answer cannot be read: a tool call has no function.") from cause
        index, self._calls = self._calls, self._calls + 1
        return {
            "index": index,
            "id": call.get("id") or f"call_{secrets.token_hex(8)}",
            "type": "function",
            "function": made,
        }

    def _reason(self, reason: Any) -> str:
        if self._calls:
            return "tool_calls"
        return "length" if reason == "length" else "stop"


def embeddings(reply: dict[str, Any], model: str, body: dict[str, Any], input_bytes: int) -> Answer:
    """The reply of /api/embed as OpenAI's list. Raises Broken."""
    vectors = reply.get("embeddings")
    if not isinstance(vectors, list):
        raise Broken("The backend's answer has no embeddings.")
    packed = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": at, "embedding": in_base64(vector) if packed else vector}
        for at, vector in enumerate(vectors)
    ]
    usage = counted(_usage(reply)) or estimated(input_bytes, 0)
    return Answer({"object": "list", "data": data, "model": model, "usage": as_body(usage, embeddings=True)}, usage)


def _logprobs(found: Any, *, chat: bool) -> Any:
    """Ollama's list as chat has it, or as the lists side by side of the older completions."""
    if chat or not isinstance(found, list):
        return {"content": found}
    return {
        "tokens": [token.get("token") for token in found],
        "token_logprobs": [token.get("logprob") for token in found],
        "top_logprobs": [_top(token) for token in found],
    }


def _top(token: dict[str, Any]) -> dict[str, Any]:
    return {other["token"]: other["logprob"] for other in token.get("top_logprobs") or ()}


def _usage(line: dict[str, Any]) -> dict[str, Any] | None:
    """OpenAI's usage object. Ollama leaves prompt_eval_count out where the whole prompt was cached."""
    read, written = line.get("prompt_eval_count") or 0, line.get("eval_count") or 0
    if type(read) is not int or type(written) is not int or not read + written:
        return None
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
