"""The body of a stream, as lines and as events."""

from collections.abc import AsyncIterator

import httpx

from millrace_client.sse import Frame, Frames, Lines


async def lines(response: httpx.Response) -> AsyncIterator[str]:
    """Without their ends. Only a line feed ends one: text may hold what Python takes for another."""
    splitter = Lines()
    async for piece in response.aiter_bytes():
        for line in splitter.take(piece):
            yield line


async def frames(response: httpx.Response) -> AsyncIterator[Frame]:
    """Server-sent events, until the stream ends."""
    parser = Frames()
    async for line in lines(response):
        frame = parser.take(line)
        if frame is not None:
            yield frame
