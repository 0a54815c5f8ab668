"""A server that speaks Anthropic's API: `python -m tests.fakes.anthropic_server --port 9100 --tokens 100`.

It refuses what Anthropic refuses (anthropic_rules.py). Switches, in the body's `fake` object or at the start:
`tokens`, `first_token_ms`, `interval_ms`, `text` (the pieces themselves), `thinking` (pieces of thoughts), `calls` (how
many tool calls), `cached`, `written`, `thought` (tokens of these kinds), `stop_reason`, `keys` (those that are good),
`usage` (false leaves it out), and `mode`:

  ok          (default)            status      answer `status` with `error` (its type), `message`, `code`, `headers`
  overloaded  529                  rate_limit  429, with the headers that say how long
  hang        never answer         hang_mid    fall silent after half of the tokens, but for a ping every `pings` ms
  torn        break off after half quiet_end   end cleanly after half, with no message_stop
  error_event an `error` (overloaded_error, or `error`) after half          garbage     not JSON
  tools       tool calls           echo        the text is the JSON of what was asked
  drip        a byte at a time, with no end

A `tool_choice` that forces a tool gets its calls, an `output_config.format` its JSON. `GET /fake` tells the counters.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.fakes.anthropic_answers import Said, events, message
from tests.fakes.anthropic_rules import problem
from tests.fakes.server import Fake, Handler

MODELS = ("claude-fake-1", "claude-fake-2")


class AnthropicServer(Fake):
    """`with AnthropicServer(tokens=3) as server: ... server.url`."""

    def __init__(self, port: int = 0, **defaults: Any) -> None:
        super().__init__(AnthropicHandler, port, **defaults)


class AnthropicHandler(Handler):
    def answer(self, body: dict[str, Any]) -> None:
        if self.path == "/fake":
            return self.stats()
        self.asked = body
        self.how: dict[str, Any] = {**self.server.defaults, **(body.get("fake") or {})}
        if self.path.startswith("/v1/models"):
            return self._models()
        early = {"status": self._status, "hang": self._hang, "garbage": self._garbage, "drip": self._drip}
        early |= {"overloaded": self._overloaded, "rate_limit": self._rate_limit}
        mode = self.how.get("mode", "ok")
        if mode in early:
            return early[mode]()
        wrong = problem(self.headers, body, self.how.get("keys"))
        if wrong:
            return self._error(*wrong)
        if self.path.endswith("/count_tokens"):
            return self.send(200, {"input_tokens": Said(body, self.how).given})
        said = Said(body, self.how)
        return self._stream(said, mode) if body.get("stream") else self._whole(said, mode)

    def _models(self) -> None:
        after = unquote(self.path.partition("after_id=")[2].partition("&")[0])
        names = self.how.get("models", MODELS)
        left = names[names.index(after) + 1 :] if after else names
        page = left[: self.how.get("page", 1_000)]
        data = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in page
        ]
        last = {"first_id": page[0], "last_id": page[-1]} if page else {"first_id": None, "last_id": None}
        self.send(200, {"data": data, "has_more": len(page) < len(left), **last})

    def _status(self) -> None:
        self._error(self.how["status"], self.how.get("error", "api_error"), self.how.get("message", "as requested"))

    def _overloaded(self) -> None:
        self._error(529, "overloaded_error", "Overloaded")

    def _rate_limit(self) -> None:
        reset = (datetime.now(UTC) + timedelta(seconds=self.how.get("seconds", 30))).isoformat().replace("+00:00", "Z")
        limits = {"requests-limit": "50", "requests-remaining": "0", "requests-reset": reset}
        self.how["headers"] = {f"anthropic-ratelimit-{name}": value for name, value in limits.items()}
        self._error(429, "rate_limit_error", "This request would exceed your organization's rate limit")

    def _error(self, status: int, kind: str, message: str) -> None:
        self.send(status, self._wrapped(kind, message), {"request-id": "req_fake", **self.how.get("headers", {})})

    def _wrapped(self, kind: str, message: str) -> dict[str, Any]:
        code = {"details": {"error_code": self.how["code"]}} if self.how.get("code") else {}
        return {"type": "error", "error": {"type": kind, "message": message, **code}, "request_id": "req_fake"}

    def _hang(self) -> None:
        self.pause(None)

    def _garbage(self) -> None:
        self.send(200, b"<html>not what you asked for</html>")

    def _drip(self) -> None:
        self.begin_stream("text/event-stream")
        while True:
            self.chunk(b":\n")
            self.pause(0.02)

    def _whole(self, said: Said, mode: str) -> None:
        self.pause((self.how.get("first_token_ms", 0) + self.how.get("interval_ms", 0) * len(said.pieces)) / 1000)
        if mode in ("torn", "quiet_end"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"content": [')
            self.tear()
        elif mode == "hang_mid":
            self.begin_stream("application/json")
            self.chunk(b"{")
            self.pause(None)
        elif mode == "error_event":
            self._error(500, "api_error", "as requested")
        else:
            self.send(200, message(said), {"request-id": "req_fake"})

    def _stream(self, said: Said, mode: str) -> None:
        self.begin_stream("text/event-stream")
        half = len(said.pieces) // 2
        told = 0
        for event in events(said):
            if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta":
                self.pause(self.how.get("interval_ms" if told else "first_token_ms", 0) / 1000)
                if told == half and mode in ("torn", "quiet_end", "hang_mid", "error_event"):
                    return self._half(mode)
                told += 1
            self._event(event, flush=bool(self.how.get("interval_ms")))
        return self.end_stream()

    def _half(self, mode: str) -> None:
        if mode == "torn":
            return self.tear()
        if mode == "hang_mid":
            self.wfile.flush()
            while self.how.get("pings"):
                self.pause(self.how["pings"] / 1000)
                self._event({"type": "ping"})
            return self.pause(None)
        if mode == "error_event":
            self._event(self._wrapped(self.how.get("error", "overloaded_error"), "as requested"))
        return self.end_stream()

    def _event(self, event: dict[str, Any], flush: bool = True) -> None:
        self.chunk(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode(), flush)


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake Anthropic.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--first-token-ms", type=float, default=0.0)
    parser.add_argument("--interval-ms", type=float, default=0.0)
    parser.add_argument("--mode", default="ok")
    given = vars(parser.parse_args())
    server = AnthropicServer(given.pop("port"), **given)
    server.keep = 1_000
    print(server.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
