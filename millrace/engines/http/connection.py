"""One connection to a backend: opening it, cutting it from another thread, reading it under a watch."""

import io
import socket
import ssl
from functools import lru_cache
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from millrace.engines.engine import Line
from millrace.engines.http.watch import Watch

#: Bytes of a response's head.
MAX_HEAD = 262_144
#: Bytes that one read takes at most.
PIECE = 65_536


class TooLarge(OSError):
    """The response is longer than we take."""


class Address:
    """Where a backend listens: the origin of an `http://`, `https://` or `http+unix://%2Fpath%2Fto.sock` URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https", "http+unix") or not parts.netloc:
            raise ValueError(f"{url!r} is no http://, https:// or http+unix:// URL")
        self.tls = parts.scheme == "https"
        self.unix = unquote(parts.netloc) if parts.scheme == "http+unix" else ""
        self.host = "localhost" if self.unix else parts.hostname or ""
        self.port = 0 if self.unix else parts.port or (443 if self.tls else 80)
        #: What the `Host` header says.
        self.name = "localhost" if self.unix else parts.netloc.rpartition("@")[2]

    def targets(self) -> list[tuple[int, Any]]:
        """(family, address) of each address to try, in order. Raises OSError where the name is not known."""
        if self.unix:
            return [(socket.AF_UNIX, self.unix)]
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        return [(int(family), address) for family, _, _, _, address in found]


@lru_cache
def tls_context() -> ssl.SSLContext:
    """The default context, made once: it reads the machine's certificates, which takes a while."""
    return ssl.create_default_context()


class Connection:
    """A connected socket. Only its owner closes it; others shut it, which wakes the owner and frees no descriptor."""

    __slots__ = ("parked_at", "reused", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.reused = False
        self.parked_at = 0.0

    def shut(self) -> None:
        """End it in both directions, from any thread: a read that waits on it returns at once."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def park(self) -> None:
        """It goes to the pool."""
        self.reused = True
        self.parked_at = monotonic()

    def close(self) -> None:
        self.sock.close()


def connect(address: Address, watch: Watch, line: Line) -> Connection:
    """A new connection, which `line` can cut even before it stands. Raises OSError."""
    failure: OSError = OSError("the name has no address")
    for family, target in address.targets():
        connection = Connection(socket.socket(family, socket.SOCK_STREAM))
        try:
            _establish(connection, address, target, watch, line)
        except BaseException as cause:
            connection.close()
            if not isinstance(cause, OSError) or line.cut_off:
                raise
            failure = cause
        else:
            return connection
    raise failure


def _establish(connection: Connection, address: Address, target: Any, watch: Watch, line: Line) -> None:
    line.holds(connection.shut)
    connection.sock.settimeout(watch.left())
    connection.sock.connect(target)
    if not address.unix:
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if address.tls:
        connection.sock.settimeout(watch.left())
        # The handshake comes after the assignment: until then `shut` would hold a socket that has been detached.
        connection.sock = tls_context().wrap_socket(
            connection.sock, server_hostname=address.host, do_handshake_on_connect=False
        )
        connection.sock.do_handshake()


class Reader(io.RawIOBase):
    """A socket's receiving half under a watch and a cap; http.client takes it for the socket."""

    def __init__(self, sock: socket.socket, watch: Watch, line: Line) -> None:
        self._sock = sock
        self._watch = watch
        self._line = line
        #: Bytes received, and how many may be.
        self.taken = 0
        self.limit = MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._sock.settimeout(self._watch.left())
        count = self._sock.recv_into(buffer)
        if self._line.cut_off:
            # A TLS socket that another thread shut gives what comes next without deciphering it.
            raise OSError("the line was cut")
        self.taken += count
        if self.taken > self.limit:
            raise TooLarge(f"the response is longer than {self.limit} bytes")
        return count

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002
        """What http.client asks a socket for. Closing the file does not close the socket."""
        return io.BufferedReader(self, PIECE)
