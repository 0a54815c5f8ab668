"""What the fake backends have in common: a threaded HTTP/1.1 server that records and can misbehave.

A request says how to misbehave in its body's `fake` object (for Ollama, whose body is made anew, among the `options`);
what the server was started with stands where a request says nothing.
"""

import json
import select
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class Fake(ThreadingHTTPServer):
    """Use it in a `with`: it listens on a port of its own and closes all its connections at the end."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, handler: type["Handler"], port: int = 0, **defaults: Any) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.defaults = defaults
        self.changed = threading.Condition()
        #: `{path, headers, body}` of each request.
        self.requests: list[dict[str, Any]] = []
        #: How many of them are kept, for servers that bear load; how many there were.
        self.keep = 0
        self.asked = 0
        #: Requests whose client left before their end, requests being answered, connections made.
        self.deserted = 0
        self.running = 0
        self.connections = 0
        self.sockets: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, name: str, by: int = 1) -> None:
        with self.changed:
            setattr(self, name, getattr(self, name) + by)
            self.changed.notify_all()

    def record(self, request: dict[str, Any]) -> None:
        self.count("asked")
        if not self.keep or self.asked <= self.keep:
            self.requests.append(request)

    def wait_for(self, name: str, least: int, seconds: float = 5.0) -> bool:
        """Wait until a counter has reached `least`."""
        with self.changed:
            return self.changed.wait_for(lambda: getattr(self, name) >= least, seconds)

    def drop_connections(self) -> None:
        """Close every connection from this side, as a server that restarts does."""
        for one in list(self.sockets):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no news."""

    def __enter__(self) -> "Fake":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.drop_connections()
        self.server_close()


class Deserted(Exception):
    """The client is gone."""


class Handler(BaseHTTPRequestHandler):
    """Parses, records, counts; the fakes say what to answer."""

    server: Fake
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.server.sockets.add(self.connection)
        self.server.count("connections")

    def finish(self) -> None:
        self.server.sockets.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self.handled({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            body = json.loads(raw)
        except ValueError:
            self.send(400, {"error": {"message": "not JSON", "type": "invalid_request_error"}})
            return
        self.handled(body)

    def handled(self, body: dict[str, Any]) -> None:
        if self.path != "/fake":
            self.server.record({"path": self.path, "headers": dict(self.headers), "body": body})
        self.server.count("running")
        try:
            self.answer(body)
        except (Deserted, ConnectionError):
            self.close_connection = True
            self.server.count("deserted")
        finally:
            self.server.count("running", -1)

    def answer(self, body: dict[str, Any]) -> None:
        raise NotImplementedError

    def stats(self) -> None:
        names = ("deserted", "running", "connections")
        self.send(200, {"requests": self.server.asked} | {name: getattr(self.server, name) for name in names})

    def send(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()

    def begin_stream(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()

    def chunk(self, raw: bytes, flush: bool = True) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(raw), raw))
        if flush:
            self.wfile.flush()

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def pause(self, seconds: float | None) -> None:
        """Wait, for ever if None. Raises Deserted as soon as the client closes."""
        if seconds is not None and seconds <= 0:
            return
        # Not select, which knows no descriptor beyond 1,023.
        polled = select.poll()
        polled.register(self.connection, select.POLLIN)
        if polled.poll(None if seconds is None else seconds * 1000) and not self.connection.recv(1, socket.MSG_PEEK):
            raise Deserted

    def tear(self) -> None:
        """Break the connection off, without an end."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
