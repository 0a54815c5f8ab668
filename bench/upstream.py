"""A fast upstream that speaks OpenAI's chat completions: `python -m bench.upstream PORT`.

The request's `user` says how it answers: "mock:delay=200" (milliseconds, not streaming) or
"mock:first=50,tokens=100,interval=5" (streaming). It reads no JSON, so that it is never the bottleneck.
"""

import asyncio
import json
import re
import sys
from functools import lru_cache

from bench import loop

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_SWITCHES = re.compile(rb'"mock:([a-z=,0-9]*)"')
_STREAM = re.compile(rb'"stream": ?true')

_WORDS = ["the", "mill", "turns", "as", "long", "as", "the", "water", "runs", "and", "the", "stones", "are", "dressed"]
_SHAPE = {"id": "chatcmpl-mock", "created": 1, "model": "mock"}
_USAGE = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}


def _whole() -> bytes:
    message = {"role": "assistant", "content": " ".join(_WORDS)}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    body = json.dumps({**_SHAPE, "object": "chat.completion", "choices": choices, "usage": _USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


WHOLE = _whole()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _event(choices: list[dict[str, object]], **more: object) -> bytes:
    event = {**_SHAPE, "object": "chat.completion.chunk", "choices": choices, **more}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


@lru_cache
def token(number: int) -> bytes:
    """The chunk of one token, as each server sends it: a write of its own."""
    word = _WORDS[number % len(_WORDS)] + " "
    return _chunk(_event([{"index": 0, "delta": {"content": word}, "finish_reason": None}]))


END = _chunk(_event([{"index": 0, "delta": {}, "finish_reason": "stop"}])) + _chunk(_event([], usage=_USAGE))
END += _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


@lru_cache
def switches(text: bytes) -> dict[str, int]:
    """What `user` asks for."""
    pairs = [part.split("=") for part in text.decode().split(",") if part]
    return {"delay": 0, "first": 0, "tokens": 100, "interval": 0} | {name: int(value) for name, value in pairs}


class Upstream(asyncio.Protocol):
    """One kept-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def connection_lost(self, failure: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        length = _LENGTH.search(self._buffer, 0, end)
        total = end + (int(length[1]) if length else 0)
        if len(self._buffer) >= total:
            request, self._buffer = self._buffer[end:total], self._buffer[total:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        found = _SWITCHES.search(request)
        wanted = switches(found[1] if found else b"")
        if _STREAM.search(request):
            self._out.write(HEAD)
            self._begin = self._loop.time() + wanted["first"] / 1000
            self._timer = self._loop.call_at(self._begin, self._stream, 0, wanted["tokens"], wanted["interval"] / 1000)
        elif wanted["delay"]:
            self._timer = self._loop.call_later(wanted["delay"] / 1000, self._out.write, WHOLE)
        else:
            self._out.write(WHOLE)

    def _stream(self, number: int, tokens: int, interval: float) -> None:
        """By the clock: a token that is late does not make the next one late."""
        now = self._loop.time()
        while number < tokens and self._begin + number * interval <= now:
            self._out.write(token(number))
            number += 1
        if number < tokens:
            self._timer = self._loop.call_at(self._begin + number * interval, self._stream, number, tokens, interval)
        else:
            self._out.write(END)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    loop.run(serve(int(sys.argv[1])))
