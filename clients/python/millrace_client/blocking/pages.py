# Made by unasync.py: change aio/ and run it again.
"""Lists that come a page at a time."""

from collections.abc import Iterator
from typing import Any

from millrace_client.blocking.transport import Transport
from millrace_client.request import Request, given


def every(transport: Transport, path: str, **query: Any) -> Iterator[Any]:
    """What all pages hold, read as it is wanted."""
    after = None
    while True:
        page = transport.ask(Request("GET", path, query=given(after=after, **query)))
        for each in page["data"]:
            yield each
        after = page["last_id"]
        if not page["has_more"]:
            return
