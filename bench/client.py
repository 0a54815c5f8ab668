"""A lean HTTP client: bytes in, bytes out, so that the load costs little beside what is measured."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Any

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

#: Ends a chunked body. What the platform and the upstream send holds no CR, so nothing else looks like it.
LAST_CHUNK = b"\r\n0\r\n\r\n"


class Answer:
    """A response as it grows; `seen` is when the marker came first."""

    __slots__ = ("done", "marker", "missing", "raw", "seen")

    def __init__(self, done: asyncio.Future[None], marker: bytes) -> None:
        self.done = done
        self.marker = marker
        self.raw = bytearray()
        self.seen: float | None = None
        #: Bytes still to come; negative: unknown yet, or chunked.
        self.missing = -1

    @property
    def status(self) -> int:
        return int(self.raw[9:12])

    @property
    def body(self) -> bytes:
        """Chunk sizes included, where it is chunked."""
        return bytes(self.raw.partition(b"\r\n\r\n")[2])

    def feed(self, data: bytes) -> None:
        start = max(0, len(self.raw) - 32)
        self.raw += data
        if self.marker and self.seen is None and self.raw.find(self.marker, start) >= 0:
            self.seen = perf_counter()
        if self.missing < 0:
            self._measure()
        else:
            self.missing -= len(data)
        if (self.missing == 0 or (self.missing < 0 and self.raw.endswith(LAST_CHUNK))) and not self.done.done():
            self.done.set_result(None)

    def _measure(self) -> None:
        """Find out how long the body is."""
        end = self.raw.find(b"\r\n\r\n")
        length = _LENGTH.search(self.raw, 0, end) if end >= 0 else None
        if length:
            self.missing = end + 4 + int(length[1]) - len(self.raw)


class Connection(asyncio.Protocol):
    """One kept-alive connection; `ask` one thing at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out: asyncio.Transport = transport  # type: ignore[assignment]
        self._answer: Answer | None = None

    def data_received(self, data: bytes) -> None:
        assert self._answer is not None, data
        self._answer.feed(data)

    def connection_lost(self, failure: Exception | None) -> None:
        if self._answer and not self._answer.done.done():
            self._answer.done.set_exception(failure or ConnectionError("closed in the middle of an answer"))

    async def ask(self, request: bytes, marker: bytes = b"") -> Answer:
        """Send and wait for the whole answer."""
        self._answer = answer = Answer(asyncio.get_running_loop().create_future(), marker)
        self._out.write(request)
        await asyncio.wait_for(answer.done, 120)
        return answer

    def close(self) -> None:
        self._out.close()


async def connect(port: int) -> Connection:
    return (await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port))[1]


def post(path: str, body: Any, **headers: str) -> bytes:
    """A request, ready to send."""
    return _request("POST", path, headers | {"Content-Type": "application/json"}, json.dumps(body).encode())


def get(path: str, **headers: str) -> bytes:
    return _request("GET", path, headers, b"")


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def load(
    port: int, connections: int, count: int, one: Callable[[Connection], Awaitable[float]]
) -> tuple[float, list[float]]:
    """Do `one` so many times over so many connections; seconds for all, and what each answered."""
    opened = [await connect(port) for _ in range(connections)]
    turns = iter(range(count))
    begun = perf_counter()
    found = await asyncio.gather(*(_worker(connection, turns, one) for connection in opened))
    seconds = perf_counter() - begun
    for connection in opened:
        connection.close()
    return seconds, [each for each_worker in found for each in each_worker]


async def _worker(
    connection: Connection, turns: Iterable[int], one: Callable[[Connection], Awaitable[float]]
) -> list[float]:
    return [await one(connection) for _ in turns]
