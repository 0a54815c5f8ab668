"""A server that speaks OpenAI's API: `python -m tests.fakes.openai_server --port 9000 --tokens 100 --interval-ms 5`.

It honours `n`, `seed`, `stop`, `max_tokens`, `logprobs`, `response_format` (JSON that fits the schema), `tools` where
`tool_choice` forces one, `dimensions` and `encoding_format`. Switches, in the body's `fake` object or at the start:
`tokens`, `first_token_ms`, `interval_ms`, `text` (the pieces themselves), `thinking` (pieces of thoughts), `calls` (how
many tool calls), `at_once` (429 for who comes while so many are answered), `cached` and `thought` (tokens of these
kinds), `keys` (those that are good), `usage` and `done` (false leaves them out), and `mode`:

  ok          (default)            status      answer `status` with `message`, `code`, `type`, `param` and `headers`
  quota       429, no money left   rate_limit  429, with the headers that say how long
  hang        never answer         hang_mid    fall silent after half of the tokens
  torn        break off after half quiet_end   end cleanly after half, with no finish_reason and no [DONE]
  error_event an error object after half       garbage     not JSON
  tools       tool calls           drip        a byte at a time, with no end
  echo        the text is the JSON of what was asked

`GET /fake` tells the counters. The model `missing` does not exist.
"""

import argparse
import json
from typing import Any

from tests.fakes.openai_answers import Said, embedding
from tests.fakes.server import Fake, Handler


class OpenAIServer(Fake):
    """`with OpenAIServer(tokens=3) as server: ... server.url`."""

    def __init__(self, port: int = 0, **defaults: Any) -> None:
        super().__init__(OpenAIHandler, port, **defaults)


class OpenAIHandler(Handler):
    def answer(self, body: dict[str, Any]) -> None:
        if self.path == "/fake":
            return self.stats()
        self.asked = body
        self.how: dict[str, Any] = {**self.server.defaults, **(body.get("fake") or {})}
        if self._stranger():
            key = (self.headers.get("authorization") or "").removeprefix("Bearer ")
            return self._error(401, f"Incorrect API key provided: {key}.", "invalid_request_error", "invalid_api_key")
        if self.path == "/v1/models":
            names = self.how.get("models", ("fake-1", "fake-2"))
            return self.send(200, {"object": "list", "data": [_model(name) for name in names]})
        mode = self.how.get("mode", "ok")
        if self.server.running > self.how.get("at_once", self.server.running):
            self.how["headers"] = {"retry-after": "1"}
            return self._error(429, "Too many requests at a time", "requests", "rate_limit_exceeded")
        early = {"status": self._status, "hang": self._hang, "garbage": self._garbage, "drip": self._drip}
        early |= {"quota": self._quota, "rate_limit": self._rate_limit}
        if mode in early:
            return early[mode]()
        if body.get("model") == "missing":
            message = "The model `missing` does not exist or you do not have access to it."
            return self._error(404, message, "invalid_request_error", "model_not_found")
        if not isinstance(body.get("messages", body.get("prompt", body.get("input"))), str | list):
            return self._error(400, "messages must be a list", "invalid_request_error", None, "messages")
        if self.path.endswith("/embeddings"):
            return self._embed()
        self.said = Said(body, self.how, chat=self._chat)
        return self._stream(mode) if body.get("stream") else self._whole(mode)

    def _stranger(self) -> bool:
        keys = self.how.get("keys")
        return bool(keys) and (self.headers.get("authorization") or "").removeprefix("Bearer ") not in keys

    def _error(self, status: int, message: str, kind: str, code: str | None = None, param: str | None = None) -> None:
        self.send(
            status, _error(message, kind, code, param), {"x-request-id": "req_fake", **self.how.get("headers", {})}
        )

    def _status(self) -> None:
        said = (self.how.get("message", "as requested"), self.how.get("type", "fake"))
        self._error(self.how["status"], *said, self.how.get("code"), self.how.get("param"))

    def _quota(self) -> None:
        message = "You exceeded your current quota, please check your plan and billing details."
        self._error(429, message, "insufficient_quota", self.how.get("code", "insufficient_quota"))

    def _rate_limit(self) -> None:
        limits = {"limit-requests": "500", "remaining-requests": "0", "reset-requests": self.how.get("reset", "1m30s")}
        self.how["headers"] = {f"x-ratelimit-{name}": value for name, value in limits.items()}
        self._error(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded")

    def _hang(self) -> None:
        self.pause(None)

    def _garbage(self) -> None:
        self.send(200, b"<html>not what you asked for</html>")

    def _drip(self) -> None:
        self.begin_stream("text/event-stream")
        while True:
            self.chunk(b":\n")
            self.pause(0.02)

    @property
    def _chat(self) -> bool:
        return self.path.endswith("/chat/completions")

    def _whole(self, mode: str) -> None:
        words = len(self.said.words)
        self.pause((self.how.get("first_token_ms", 0) + self.how.get("interval_ms", 0) * words) / 1000)
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
        choices = [self.said.message(at) for at in range(self.said.choices)]
        usage = {"usage": self.said.usage()} if self.how.get("usage", True) else {}
        head = self._head("chat.completion" if self._chat else "text_completion")
        self.send(200, head | {"choices": choices} | usage, {"x-request-id": "req_fake"})

    def _stream(self, mode: str) -> None:
        self.begin_stream("text/event-stream")
        self.pause(self.how.get("first_token_ms", 0) / 1000)
        for delta in self.said.deltas() if self._chat else ():
            self._event(self._choice(delta))
        for at, pieces in enumerate(zip(*map(self.said.pieces, range(self.said.choices)), strict=True)):
            if at == len(self.said.words) // 2 and mode not in ("ok", "echo", "tools"):
                self._half(mode)
                return
            for choice, piece in enumerate(pieces):
                logprobs = self.said.logprobs([piece])
                said = {"content": piece} if self._chat else piece
                self._event(self._choice(said, choice=choice, logprobs=logprobs), flush=self._slow)
            self.pause(self.how.get("interval_ms", 0) / 1000)
        self._end()

    def _end(self) -> None:
        for choice in range(self.said.choices):
            self._event(self._choice({} if self._chat else "", self.said.ended, choice), flush=False)
        if self.how.get("usage", True) and (self.asked.get("stream_options") or {}).get("include_usage"):
            self._event({"choices": [], "usage": self.said.usage()}, flush=False)
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

    def _choice(self, said: Any, ended: str | None = None, choice: int = 0, logprobs: Any = None) -> dict[str, Any]:
        piece = {"delta": said} if self._chat else {"text": said}
        return {"choices": [{"index": choice, **piece, "logprobs": logprobs, "finish_reason": ended}], "usage": None}

    def _event(self, document: dict[str, Any], flush: bool = True) -> None:
        head = self._head("chat.completion.chunk" if self._chat else "text_completion")
        self.chunk(f"data: {json.dumps(head | document)}\n\n".encode(), flush)

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-fake", "object": kind, "created": 1, "model": self.asked.get("model")}

    def _embed(self) -> None:
        given = self.asked["input"]
        texts = given if isinstance(given, list) and not all(isinstance(one, int) for one in given) else [given]
        data = [
            {"object": "embedding", "index": at, "embedding": embedding(text, self.asked)}
            for at, text in enumerate(texts)
        ]
        tokens = len(json.dumps(given).split())
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        self.send(200, {"object": "list", "data": data, "model": self.asked.get("model"), "usage": usage})


def _error(message: str, kind: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1, "owned_by": "fake"}


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--first-token-ms", type=float, default=0.0)
    parser.add_argument("--interval-ms", type=float, default=0.0)
    parser.add_argument("--mode", default="ok")
    given = vars(parser.parse_args())
    server = OpenAIServer(given.pop("port"), **given)
    server.keep = 1_000
    print(server.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
