"""The body of a request that may take minutes to come: read a piece at a time, and not from anybody for ever.

It ends when who sends it may not any more, and when it comes so slowly that it only holds a place.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flask import request
from werkzeug.exceptions import ClientDisconnected

from api.auth import caller
from api.departures import connection_of
from api.presence import presence
from millrace.errors import BodyTooSlow, ClientGone, Unauthorized

#: Seconds between two looks, and the bytes that must have come meanwhile: a kilobyte a second.
EVERY, LEAST = 60.0, 65_536

#: Bytes of a piece.
PIECE = 65_536


class LongBody:
    """This request's body. `MAX_CONTENT_LENGTH` does not hold for it: who reads it counts."""

    def __init__(self) -> None:
        # Not None, which is the application's own limit.
        request.max_content_length = 1 << 62
        self._stream = request.stream
        self._received = 0
        self._slow, self._revoked, self._over = False, threading.Event(), threading.Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the block runs, `read` may be called, and ends as it must."""
        threading.Thread(target=self._look_on, args=(request.environ,), name="long-body", daemon=True).start()
        try:
            with presence.held(caller(), self._revoked.set):
                yield
        finally:
            self._over.set()

    def read(self) -> bytes:
        """The next piece; none at the end. Raises ClientGone, BodyTooSlow, Unauthorized."""
        if self._revoked.is_set():
            raise Unauthorized("The API key or session was revoked while the body came.", guess=False)
        piece = self._next()
        # Not every server says when a body ends too soon.
        if piece is None or (not piece and self._received < (request.content_length or 0)):
            raise BodyTooSlow if self._slow else ClientGone
        self._received += len(piece)
        return piece

    def _next(self) -> bytes | None:
        """None where the connection ended in the middle."""
        try:
            return self._stream.read(PIECE)
        except ClientDisconnected:
            return None

    def _look_on(self, environ: dict[str, object]) -> None:
        before = 0
        while not self._over.wait(EVERY):
            if self._received - before < LEAST:
                self._slow = True
                with suppress(OSError, AttributeError):
                    # Whoever waits in `read` sees an end; an answer can still be sent.
                    connection_of(environ).shutdown(socket.SHUT_RD)
                return
            before = self._received
