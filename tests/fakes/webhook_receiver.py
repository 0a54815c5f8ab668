"""Somebody's server that takes webhooks, and misbehaves on request.

The path says how, `/NAME/how` or `/NAME/how1,how2,...`: for each try of one webhook-id the next one, and the last from
then on. A number is a status; `ID/ok` is 200.

    ok            200 with a short body
    410, 302...   that status (3xx with a Location that is a trap: a path of this server that counts)
    later         503 with `Retry-After: 7200`
    hang          no answer
    drip          a head that comes a byte at a time, and never ends
    trickle       200 at once, then a body that never ends
    reset         the connection is reset
    huge          200 and 50 MB
    nul           500 with a body of bytes that no database likes
    garbage       what is no HTTP
"""

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.machine import wait_for


@dataclass(frozen=True)
class Hook:
    """One request: `name` is the first part of its path, `headers` by name in lower case."""

    name: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]

    def verifies(self, secret: str) -> bool:
        """As Standard Webhooks says, written down once more."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class Receiver(ThreadingHTTPServer):
    """`with Receiver() as receiver: ... receiver.url("name", "500,ok")`."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hooks: list[Hook] = []
        self.tries: Counter[str] = Counter()
        self.trapped = 0
        self.over = threading.Event()

    def url(self, name: str, how: str = "ok") -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}/{how}"

    def of(self, name: str) -> list[Hook]:
        return [hook for hook in list(self.hooks) if hook.name == name]

    def wait(self, name: str, count: int = 1, seconds: float = 20) -> list[Hook]:
        """The requests to `/NAME/...`, once there are so many."""
        wait_for(lambda: len(self.of(name)) >= count, seconds, f"{count} webhooks to {name}")
        return self.of(name)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no news."""

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        self.server.trapped += 1

    def do_POST(self) -> None:
        _, name, hows = self.path.split("?")[0].split("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hook = Hook(name, {key.lower(): value for key, value in self.headers.items()}, body)
        if name == "trap":
            self.server.trapped += 1
        each = hows.split(",")
        how = each[min(self.server.tries[hook.id + name], len(each) - 1)]
        self.server.tries[hook.id + name] += 1
        self.server.hooks.append(hook)
        getattr(self, f"_{how}", lambda: self._status(int(how)))()

    def _ok(self) -> None:
        self._answer(200, b"thank you")

    def _status(self, status: int) -> None:
        self._answer(status, b"as asked", {"Location": self.server.url("trap")} if status // 100 == 3 else {})

    def _later(self) -> None:
        self._answer(503, b"", {"Retry-After": "7200"})

    def _hang(self) -> None:
        self.server.over.wait()

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._for_ever(b"x", 0.1)

    def _trickle(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        self._for_ever(b"tick ", 0.1)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _huge(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        self._for_ever(b"x" * 65_536, 0.0)

    def _nul(self) -> None:
        self._answer(500, b"\x00\xff\xfe \xed\xa0\x80 whole")

    def _garbage(self) -> None:
        self.wfile.write(b"\x00\x01 SSH-2.0 no HTTP at all\r\n\r\n")

    def _for_ever(self, piece: bytes, pause: float) -> None:
        while not self.server.over.wait(pause):
            self.wfile.write(piece)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
