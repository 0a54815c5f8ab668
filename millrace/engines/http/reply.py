"""The reply to one request: its head is there, its body is read whole or as it comes."""

import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse

from millrace.engines.engine import Line
from millrace.engines.failures import Broken, Failure
from millrace.engines.http.chunked import Chunked
from millrace.engines.http.connection import PIECE, Reader
from millrace.engines.http.trouble import TROUBLE, aborted, on_exchange
from millrace.engines.http.watch import Watch

#: Bytes of a response's body.
MAX_BODY = 67_108_864
#: Seconds between two reads of a stream after its first data, so that tokens gather: a third of the CPU a stream.
PAUSE = 0.040
#: Seconds to wait for the end of a body whose last event was read, so that its connection can be used again.
SETTLE = 0.020


class Reply:
    """Use it in a `with`: leaving closes the connection, or gives it back where the body was read to its end."""

    def __init__(
        self, response: HTTPResponse, reader: Reader, watch: Watch, line: Line, release: Callable[[bool], None]
    ) -> None:
        self.status = response.status
        self._response = response
        self._watch = watch
        self._line = line
        self._release = release
        self._chunked = Chunked() if response.chunked else None
        self._ended = response.length == 0
        reader.limit = reader.taken + MAX_BODY

    def __enter__(self) -> "Reply":
        return self

    def __exit__(self, *failure: object) -> None:
        self._release(self._ended and not self._response.will_close)

    @property
    def headers(self) -> dict[str, str]:
        """By name in lower case."""
        return {name.lower(): value for name, value in self._response.headers.items()}

    def read(self) -> bytes:
        """The whole body. Raises TimedOut, Aborted, Broken (also where it is longer than MAX_BODY)."""
        if self._ended:
            return b""
        if self._response.length is None:
            return b"".join(self.pieces(pause=0.0))
        if self._response.length > MAX_BODY:
            raise Broken("The backend's answer is too long.")
        try:
            body = self._response.read()
        except TROUBLE as cause:
            raise on_exchange(cause, self._watch, self._line) from cause
        self._ended = True
        return body

    def pieces(self, pause: float = PAUSE) -> Iterator[bytes]:
        """The body as it comes: the first data at once, later data gathered for `pause` seconds. Raises as `read`."""
        while not self._ended:
            raw = self._receive()
            data = self._decoded(raw)
            if data:
                yield data
            # A full read means that more waits already.
            if data and pause and not self._ended and len(raw) < PIECE:
                time.sleep(pause)

    def settle(self) -> None:
        """The caller has what it wanted: wait a moment for the body's end, and never fail."""
        self._watch.closing(SETTLE)
        try:
            while not self._ended:
                self._decoded(self._receive(flowing=False))
        except Failure:
            return

    def _receive(self, flowing: bool = True) -> bytes:
        """All that the socket has, at least a byte; nothing at its end."""
        try:
            raw: bytes = self._response.fp.read1(PIECE)
        except TROUBLE as cause:
            raise on_exchange(cause, self._watch, self._line) from cause
        if flowing:
            self._watch.flowing()
        return raw

    def _decoded(self, raw: bytes) -> bytes:
        if self._chunked is None:
            return self._counted(raw)
        if not raw:
            raise self._torn()
        try:
            data = self._chunked.feed(raw)
        except ValueError as cause:
            raise Broken(f"The backend's answer cannot be read: {cause}.") from cause
        self._ended = self._chunked.ended
        return data

    def _counted(self, raw: bytes) -> bytes:
        """A body that ends with its length, or with the connection."""
        left = self._response.length
        if left is not None:
            self._response.length = left = max(0, left - len(raw))
        if not raw and (left or self._line.cut_off):
            raise self._torn()
        self._ended = not raw or left == 0
        return raw

    def _torn(self) -> Failure:
        return aborted() if self._line.cut_off else Broken("The backend's answer broke off.")
