"""Lists that come a page at a time."""

from collections.abc import AsyncIterator
from typing import Any

from millrace_client.aio.transport import AsyncTransport
from millrace_client.request import Request, given


async def every(transport: AsyncTransport, path: str, **query: Any) -> AsyncIterator[Any]:
    """What all pages hold, read as it is wanted."""
    after = None
    while True:
        page = await transport.ask(Request("GET", path, query=given(after=after, **query)))
        for each in page["data"]:
            yield each
        after = page["last_id"]
        if not page["has_more"]:
            return
