# Made by unasync.py: change aio/ and run it again.
"""From an answer to a file that is whole, or not there."""

from pathlib import Path
from typing import IO

from millrace_client.blocking.pausing import pause
from millrace_client.blocking.transport import Transport
from millrace_client.errors import Unreachable
from millrace_client.request import Request
from millrace_client.retrying import backoff


def fetch(transport: Transport, request: Request, path: Path, *, resumable: bool = False) -> Path:
    """`path` with the answer's body. `resumable`: the server knows ranges. Raises Unreachable, OSError."""
    part = path.with_name(path.name + ".part")
    failures = 0
    try:
        with part.open("wb") as file:
            while True:
                have = file.tell()
                try:
                    _copy(transport, _behind(request, have) if resumable else request, file)
                    break
                except Unreachable:
                    failures = 1 if resumable and file.tell() > have else failures + 1
                    if failures > transport.retries:
                        raise
                pause(backoff(failures))
        return part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _copy(transport: Transport, request: Request, file: IO[bytes]) -> None:
    with transport.open(request) as response:
        if response.status_code != 206:
            file.seek(0)
            file.truncate()
        for piece in response.iter_bytes():
            file.write(piece)


def _behind(request: Request, have: int) -> Request:
    """The request for what comes after so many bytes."""
    return Request(request.method, request.path, headers={"Range": f"bytes={have}-"}) if have else request
