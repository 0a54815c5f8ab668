# Made by unasync.py: change aio/ and run it again.
"""The body of a stream, as lines and as events."""

from collections.abc import Iterator

import httpx

from millrace_client.sse import Frame, Frames, Lines


def lines(response: httpx.Response) -> Iterator[str]:
    """Without their ends. Only a line feed ends one: text may hold what Python takes for another."""
    splitter = Lines()
    for piece in response.iter_bytes():
        for line in splitter.take(piece):
            yield line


def frames(response: httpx.Response) -> Iterator[Frame]:
    """Server-sent events, until the stream ends."""
    parser = Frames()
    for line in lines(response):
        frame = parser.take(line)
        if frame is not None:
            yield frame
