"""Requests, from an iterable to a file of lines."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

#: Bytes that are kept in memory before the rest goes to disk.
IN_MEMORY = 1 << 20


@contextmanager
def spooled(requests: Iterable[Mapping[str, Any]], endpoint: str) -> Iterator[IO[bytes]]:
    """An open file of lines. Requests may be whole lines, or bodies alone, which are numbered `line-1`, `line-2`..."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        for number, request in enumerate(requests, 1):
            file.write(json.dumps(line(request, number, endpoint), separators=(",", ":")).encode() + b"\n")
        file.seek(0)
        yield file


def line(request: Mapping[str, Any], number: int, endpoint: str) -> Mapping[str, Any]:
    """A line of a batch's file."""
    if "custom_id" in request and "body" in request:
        return {"method": "POST", "url": endpoint} | dict(request)
    return {"custom_id": f"line-{number}", "method": "POST", "url": endpoint, "body": request}
