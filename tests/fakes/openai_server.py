"""A server that speaks OpenAI's API: `python -m tests.fakes.openai_server --port 9000 --tokens 100 --interval-ms 5`.

Switches, in the body's `fake` object or at the start: `tokens`, `first_token_ms`, `interval_ms`, `text` (the pieces
themselves), `usage` and `done` (false leaves them out), and `mode`:

  ok          (default)            status      answer `status` with `message` and `headers`
  hang        never answer         hang_mid    fall silent after half of the tokens
  torn        break off after half quiet_end   end cleanly after half, with no finish_reason and no [DONE]
  error_event an error object after half       garbage     not JSON
  tools       a tool call          drip        a byte at a time, with no end

`GET /fake` tells the counters.
"""

import argparse
import json
from typing import Any

from tests.fakes.server import Fake, Handler

#: Numbers in an embedding.
DIMENSIONS = 8


class OpenAIServer(Fake):
    """`with OpenAIServer(tokens=3) as server: ... server.url`."""

    def __init__(self, port: int = 0, **defaults: Any) -> None:
        super().__init__(OpenAIHandler, port, **defaults)


class OpenAIHandler(Handler):
    def answer(self, body: dict[str, Any]) -> None:
        if self.path == "/fake":
            return self.stats()
        if self.path == "/v1/models":
            return self.send(200, {"object": "list", "data": [{"id": "fake-1"}, {"id": "fake-2"}]})
        self.asked = body
        self.how: dict[str, Any] = {**self.server.defaults, **(body.get("fake") or {})}
        mode = self.how.get("mode", "ok")
        early = {"status": self._status, "hang": self._hang, "garbage": self._garbage, "drip": self._drip}
        if mode in early:
            return early[mode]()
        if not isinstance(body.get("messages", body.get("prompt", body.get("input"))), str | list):
            return self.send(400, _error("messages must be a list", "invalid_request_error"))
        if self.path.endswith("/embeddings"):
            return self._embed()
        return self._stream(mode) if body.get("stream") else self._whole(mode)

    def _status(self) -> None:
        error = _error(self.how.get("message", "as requested"), "fake", self.how.get("code"))
        self.send(self.how["status"], error, self.how.get("headers"))

    def _hang(self) -> None:
        self.pause(None)

    def _garbage(self) -> None:
        self.send(200, b"<html>not what you asked for</html>")

    def _drip(self) -> None:
        self.begin_stream("text/event-stream")
        while True:
            self.chunk(b":\n")
            self.pause(0.02)

    def _pieces(self) -> list[str]:
        given: list[str] | None = self.how.get("text")
        if given is not None:
            return given
        most = self.asked.get("max_tokens") or self.how.get("tokens", 5)
        # However many were asked for: hostile numbers come here too.
        return [f"w{at} " for at in range(min(most, self.how.get("tokens", most), 10_000))]

    @property
    def _chat(self) -> bool:
        return self.path.endswith("/chat/completions")

    def _usage(self) -> dict[str, Any]:
        asked = next(self.asked[name] for name in ("messages", "prompt", "input") if name in self.asked)
        given = len(json.dumps(asked).split())
        made = len(self._pieces())
        return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}

    def _whole(self, mode: str) -> None:
        self.pause((self.how.get("first_token_ms", 0) + self.how.get("interval_ms", 0) * len(self._pieces())) / 1000)
        if mode in ("torn", "quiet_end"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [')
            self.tear()
            return
        if mode == "hang_mid":
            self.begin_stream("application/json")
            self.chunk(b"{")
            self.pause(None)
            return
        if mode == "error_event":
            self.send(200, _error("as requested", "server_error"))
            return
        said: dict[str, Any] = {"role": "assistant", "content": "".join(self._pieces()), "refusal": None}
        if mode == "tools":
            said |= {"content": None, "tool_calls": [_call('{"city": "Ulm"}')]}
        choice = {"message": said} if self._chat else {"text": said["content"]}
        choices = [{"index": 0, **choice, "logprobs": None, "finish_reason": "stop"}]
        usage = {"usage": self._usage()} if self.how.get("usage", True) else {}
        head = self._head("chat.completion" if self._chat else "text_completion")
        self.send(200, head | {"choices": choices} | usage)

    def _stream(self, mode: str) -> None:
        self.begin_stream("text/event-stream")
        pieces = self._pieces()
        self.pause(self.how.get("first_token_ms", 0) / 1000)
        if mode == "tools":
            self._tool_chunks()
            pieces = []
        for at, piece in enumerate(pieces):
            if at == len(pieces) // 2 and mode != "ok":
                self._half(mode)
                return
            self._event(self._choice({"content": piece} if self._chat else piece), flush=self._slow)
            self.pause(self.how.get("interval_ms", 0) / 1000)
        self._event(self._choice({} if self._chat else "", "tool_calls" if mode == "tools" else "stop"), flush=False)
        if self.how.get("usage", True) and (self.asked.get("stream_options") or {}).get("include_usage"):
            self._event({"choices": [], "usage": self._usage()}, flush=False)
        if self.how.get("done", True):
            self.chunk(b"data: [DONE]\n\n", flush=False)
        self.end_stream()

    @property
    def _slow(self) -> bool:
        return bool(self.how.get("interval_ms"))

    def _half(self, mode: str) -> None:
        if mode == "torn":
            self.tear()
        elif mode == "hang_mid":
            self.wfile.flush()
            self.pause(None)
        elif mode == "error_event":
            self.chunk(f"data: {json.dumps(_error('as requested', 'server_error'))}\n\n".encode())
            self.end_stream()
        else:
            self.end_stream()

    def _tool_chunks(self) -> None:
        first = _call('{"ci') | {"index": 0}
        self._event(self._choice({"role": "assistant", "content": None, "tool_calls": [first]}))
        self._event(self._choice({"tool_calls": [{"index": 0, "function": {"arguments": 'ty": "Ulm"}'}}]}))

    def _choice(self, said: Any, ended: str | None = None) -> dict[str, Any]:
        piece = {"delta": said} if self._chat else {"text": said}
        return {"choices": [{"index": 0, **piece, "logprobs": None, "finish_reason": ended}], "usage": None}

    def _event(self, document: dict[str, Any], flush: bool = True) -> None:
        head = self._head("chat.completion.chunk" if self._chat else "text_completion")
        self.chunk(f"data: {json.dumps(head | document)}\n\n".encode(), flush)

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-fake", "object": kind, "created": 1, "model": self.asked.get("model")}

    def _embed(self) -> None:
        given = self.asked["input"]
        texts = given if isinstance(given, list) else [given]
        data = [
            {"object": "embedding", "index": at, "embedding": [1.0, float(len(str(text)))] + [0.0] * (DIMENSIONS - 2)}
            for at, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": self._usage()["prompt_tokens"], "total_tokens": self._usage()["prompt_tokens"]}
        self.send(200, {"object": "list", "data": data, "model": self.asked.get("model"), "usage": usage})


def _error(message: str, kind: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _call(arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": arguments}}


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--first-token-ms", type=float, default=0.0)
    parser.add_argument("--interval-ms", type=float, default=0.0)
    parser.add_argument("--mode", default="ok")
    given = vars(parser.parse_args())
    server = OpenAIServer(given.pop("port"), **given)
    print(server.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
