"""Downloading a file: whole, or a range of it, as it is read from the store."""

import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request

from api.auth import caller
from api.presence import presence
from millrace import files
from millrace.errors import RangeNotSatisfiable, Unauthorized
from millrace.files import File


def content(file: File) -> Response:
    """The answer, begun. Raises RangeNotSatisfiable, and what keeps its first piece from being read."""
    response = _head(file)
    if response.status_code == 304:
        return response
    span = _span(file)
    start, end = span or (0, file.bytes)
    response.content_length = end - start
    if span is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.bytes}"
    if request.method != "HEAD":
        response.response = Pieces(file, start, end)
    return response


def _head(file: File) -> Response:
    """304 where the client has it."""
    response = Response(mimetype="application/octet-stream")
    response.set_etag(file.sha256)
    response.headers["Content-Disposition"] = _attachment(file.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private"
    response.make_conditional(request)
    return response


def _attachment(name: str) -> str:
    """Under its name (RFC 6266), and for clients that know ASCII only under one like it."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _span(file: File) -> tuple[int, int] | None:
    """The range that is asked for; None: all of it. Several at once are not served, which servers may choose."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if "If-Range" in request.headers and request.if_range.etag != file.sha256:
        return None
    span = asked.range_for_length(file.bytes)
    if span is None:
        raise RangeNotSatisfiable
    return span


class Pieces:
    """The body. The first piece is read before the answer has a status, so that a failure has its own.

    A later failure breaks the connection off, which tells the client that this was not all.
    """

    def __init__(self, file: File, start: int, end: int) -> None:
        self._revoked = threading.Event()
        self._pieces = files.read(file, start, end)
        self._first = next(self._pieces, b"")
        self._leave = presence.enter(caller(), self._revoked.set)

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        for piece in self._pieces:
            if self._revoked.is_set():
                raise Unauthorized("The API key or session was revoked in the middle of a download.")
            yield piece

    def close(self) -> None:
        self._leave()
        self._pieces.close()  # type: ignore[attr-defined]
