"""A lean HTTP/1.1 client with keep-alive: the engines' way to a backend.

A vendor's SDK costs fifteen times the CPU a call, and none lets another thread close the connection of a running call,
which is how a cancel reaches the backend. http.client parses the heads; connection.py, reply.py and chunked.py do the
rest.
"""

import os
import threading
from functools import lru_cache, partial
from http.client import HTTPResponse
from time import monotonic

from millrace.engines.engine import Deadlines, Line
from millrace.engines.http.connection import Address, Connection, Reader, connect
from millrace.engines.http.reply import Reply
from millrace.engines.http.trouble import TROUBLE, aborted, on_connect, on_exchange
from millrace.engines.http.watch import Watch

#: Seconds: servers close what idles longer, some after 5; a stale connection costs one retry, not a failure.
KEEP_IDLE = 30.0
#: Idle connections kept for one origin.
MAX_IDLE = 256


class Origin:
    """One scheme, host and port, and the idle connections to it. Safe from any thread."""

    def __init__(self, url: str) -> None:
        self.address = Address(url)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._process = os.getpid()

    def request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, deadlines: Deadlines, line: Line
    ) -> Reply:
        """Send a request; give the reply, for a `with`, when its head is there.

        Raises Unavailable where nobody could be reached, TimedOut, Aborted where `line` was cut, Broken for the rest.
        """
        if line.cut_off:
            raise aborted()
        watch = Watch(deadlines)
        message = self._message(method, path, headers, body)
        idle = self._take()
        reply = self._exchange(idle, method, message, watch, line) if idle else None
        return reply or self._fresh(method, message, watch, line)

    def _message(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address.name}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body

    def _fresh(self, method: str, message: bytes, watch: Watch, line: Line) -> Reply:
        watch.connecting()
        try:
            connection = connect(self.address, watch, line)
        except TROUBLE as cause:
            raise on_connect(cause, watch, line) from cause
        reply = self._exchange(connection, method, message, watch, line)
        assert reply is not None
        return reply

    def _exchange(self, connection: Connection, method: str, message: bytes, watch: Watch, line: Line) -> Reply | None:
        """The reply; None where a pooled connection turns out to be closed and nothing of an answer was received."""
        reader = Reader(connection.sock, watch, line)
        try:
            line.holds(connection.shut)
            response = _sent(reader, connection, method, message, watch)
        except BaseException as cause:
            line.released()
            connection.close()
            if not isinstance(cause, TROUBLE):
                raise
            stale = connection.reused and not reader.taken and not isinstance(cause, TimeoutError)
            if stale and not line.cut_off:
                return None
            raise on_exchange(cause, watch, line) from cause
        return Reply(response, reader, watch, line, partial(self._release, connection, line))

    def _release(self, connection: Connection, line: Line, whole: bool) -> None:
        """The reply is done with: keep its connection, where the body was read whole and nobody cut it."""
        line.released()
        if whole and not line.cut_off and self._keep(connection):
            return
        connection.close()

    def _keep(self, connection: Connection) -> bool:
        connection.park()
        with self._lock:
            idle = self._own()
            if len(idle) >= MAX_IDLE:
                return False
            idle.append(connection)
        return True

    def _take(self) -> Connection | None:
        """The connection used last; where even that has idled too long, none, and all are closed."""
        with self._lock:
            idle = self._own()
            if not idle:
                return None
            if idle[-1].parked_at > monotonic() - KEEP_IDLE:
                return idle.pop()
            self._idle = []
        for connection in idle:
            connection.close()
        return None

    def _own(self) -> list[Connection]:
        """The idle connections of this process: a child of a fork must not share its parent's."""
        if self._process != os.getpid():
            self._process, self._idle = os.getpid(), []
        return self._idle


def _sent(reader: Reader, connection: Connection, method: str, message: bytes, watch: Watch) -> HTTPResponse:
    """Send the message in one go and read the head of the response."""
    watch.sending()
    connection.sock.settimeout(watch.left())
    connection.sock.sendall(message)
    watch.sent()
    response = HTTPResponse(reader, method=method)  # type: ignore[arg-type]
    response.begin()
    return response


@lru_cache(maxsize=256)
def origin(url: str) -> Origin:
    """The origin of that URL (scheme, host, port), with one pool for the whole process. Raises ValueError."""
    return Origin(url)
