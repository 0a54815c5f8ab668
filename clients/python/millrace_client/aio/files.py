"""Files: up from a path, down to a path."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from millrace_client.aio.downloading import fetch
from millrace_client.aio.pages import every
from millrace_client.aio.transport import AsyncTransport
from millrace_client.request import FILES, Request, given, to
from millrace_client.shapes import File, FileDeleted, FileList


class AsyncFiles:
    """`client.files`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def upload(
        self,
        source: str | os.PathLike[str] | IO[bytes],
        *,
        purpose: str = "batch",
        filename: str | None = None,
        expires_after: int | None = None,
    ) -> File:
        """A file, read piece by piece from a path or an open file. `expires_after`: seconds, an hour to thirty days."""
        if not isinstance(source, (str, os.PathLike)):
            return await self._send(source, purpose, filename or "file", expires_after)
        with Path(source).open("rb") as opened:
            return await self._send(opened, purpose, filename or Path(source).name, expires_after)

    async def _send(self, opened: IO[bytes], purpose: str, filename: str, expires_after: int | None) -> File:
        form = {"purpose": purpose}
        if expires_after is not None:
            form |= {"expires_after[anchor]": "created_at", "expires_after[seconds]": str(expires_after)}
        return await self._transport.ask(Request("POST", FILES, form=form, file=(filename, opened)))

    async def get(self, id: str) -> File:
        """What it is."""
        return await self._transport.ask(Request("GET", to(FILES, id)))

    async def list(self, *, purpose: str | None = None, after: str | None = None, limit: int = 100) -> FileList:
        """A page, newest first. `after`: the `last_id` of the page before."""
        query = given(purpose=purpose, after=after, limit=limit)
        return await self._transport.ask(Request("GET", FILES, query=query))

    def every(self, *, purpose: str | None = None) -> AsyncIterator[File]:
        """All of them, newest first, read as they are wanted."""
        return every(self._transport, FILES, **given(purpose=purpose, limit=1000))

    async def delete(self, id: str) -> FileDeleted:
        """At once, and for good."""
        return await self._transport.ask(Request("DELETE", to(FILES, id)))

    async def download(self, id: str, path: str | os.PathLike[str]) -> Path:
        """Its bytes to a path, where they are once all are there; a broken connection goes on where it broke."""
        return await fetch(self._transport, Request("GET", to(FILES, id, "content")), Path(path), resumable=True)
