"""Batches: quote, run, watch, change, collect."""

import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from millrace_client.aio.downloading import fetch
from millrace_client.aio.files import AsyncFiles
from millrace_client.aio.pages import every
from millrace_client.aio.pausing import pause
from millrace_client.aio.reading import frames
from millrace_client.aio.reading import lines as lines_of
from millrace_client.aio.transport import SILENCE, AsyncTransport
from millrace_client.errors import Unreachable
from millrace_client.lines import spooled
from millrace_client.request import BATCHES, Request, given, once, to
from millrace_client.shapes import Batch, BatchLine, BatchList, Template, Webhook

#: A file's id, a path, or the requests themselves (whole lines, or bodies alone).
Source = str | os.PathLike[str] | Iterable[Mapping[str, Any]]

CHAT = "/v1/chat/completions"

#: The states in which nothing more happens by itself.
OVER = ("completed", "failed", "expired", "cancelled", "quoted")

#: Seconds between two looks, where the stream does not come through.
LOOK = 2.0


class AsyncBatches:
    """`client.batches`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self._files = AsyncFiles(transport)

    async def create(
        self,
        source: Source,
        *,
        endpoint: str = CHAT,
        completion_window: str = "24h",
        metadata: Mapping[str, str] | None = None,
        output_expires_after: int | None = None,
        template: Template | None = None,
        webhook: str | Webhook | None = None,
        idempotency_key: str | None = None,
    ) -> Batch:
        """Run the requests of a file (its id, or a path), or these. `template`: how rows of a CSV become requests."""
        body = await self._body(source, endpoint, completion_window, metadata, output_expires_after, template, webhook)
        return await self._transport.ask(Request("POST", BATCHES, body=body, headers=once(idempotency_key)))

    async def quote(
        self,
        source: Source,
        *,
        endpoint: str = CHAT,
        completion_window: str = "24h",
        metadata: Mapping[str, str] | None = None,
        output_expires_after: int | None = None,
        template: Template | None = None,
        webhook: str | Webhook | None = None,
    ) -> Batch:
        """What it would take: tokens, cost, time, quotas. Nothing runs until `start`. `failed`: see its `errors`."""
        body = await self._body(source, endpoint, completion_window, metadata, output_expires_after, template, webhook)
        batch: Batch = await self._transport.ask(Request("POST", to(BATCHES, "quote"), body=body))
        while batch["status"] == "quoting":
            await pause(LOOK)
            batch = await self.get(batch["id"])
        return batch

    async def _body(
        self, source: Source, endpoint: str, window: str, metadata: Mapping[str, str] | None, expires: int | None,
        template: Template | None, webhook: str | Webhook | None,
    ) -> dict[str, Any]:  # fmt: skip
        life = {"anchor": "created_at", "seconds": expires} if expires is not None else None
        return given(
            input_file_id=await self._file(source, endpoint), endpoint=endpoint, completion_window=window,
            metadata=metadata, output_expires_after=life, template=template, webhook=webhook,
        )  # fmt: skip

    async def _file(self, source: Source, endpoint: str) -> str:
        if isinstance(source, str) and source.startswith("file_") and not Path(source).exists():
            return source
        if isinstance(source, (str, os.PathLike)):
            return (await self._files.upload(source))["id"]
        with spooled(source, endpoint) as opened:
            return (await self._files.upload(opened, filename="requests.jsonl"))["id"]

    async def start(self, id: str) -> Batch:
        """Run what was quoted; its window begins now. Safe to repeat."""
        return await self._act(id, "start")

    async def get(self, id: str) -> Batch:
        """Its state, counts, rate, and when it should end."""
        return await self._transport.ask(Request("GET", to(BATCHES, id)))

    async def list(self, *, after: str | None = None, limit: int = 20) -> BatchList:
        """A page, newest first. `after`: the `last_id` of the page before."""
        return await self._transport.ask(Request("GET", BATCHES, query=given(after=after, limit=limit)))

    def every(self) -> AsyncIterator[Batch]:
        """All of them, newest first, read as they are wanted."""
        return every(self._transport, BATCHES, limit=100)

    async def cancel(self, id: str) -> Batch:
        """No further line begins; what is done is kept. Safe to repeat."""
        return await self._act(id, "cancel")

    async def pause(self, id: str) -> Batch:
        """No further line begins until it is resumed. Its window goes on."""
        return await self._act(id, "pause")

    async def resume(self, id: str) -> Batch:
        """Its lines go on."""
        return await self._act(id, "resume")

    async def _act(self, id: str, what: str) -> Batch:
        return await self._transport.ask(Request("POST", to(BATCHES, id, what), safe=True))

    async def retry_failed(self, id: str, *, idempotency_key: str | None = None) -> Batch:
        """A new batch of just the lines that did not succeed, which names this one in `retry_of`."""
        request = Request("POST", to(BATCHES, id, "retry-failed"), headers=once(idempotency_key))
        return await self._transport.ask(request)

    async def watch(self, id: str) -> AsyncIterator[Batch]:
        """The batch whenever it has changed, until it is over: by its stream, and by looking where that breaks."""
        last: Batch | None = None
        while last is None or last["status"] not in OVER:
            async for batch in self._streamed(id):
                last = batch
                yield batch
            if last is None or last["status"] not in OVER:
                await pause(LOOK)
                found = await self.get(id)
                if found != last:
                    last = found
                    yield found

    async def _streamed(self, id: str) -> AsyncIterator[Batch]:
        request = Request("GET", to(BATCHES, id, "events"), headers={"Accept": "text/event-stream"})
        try:
            async with self._transport.open(request, SILENCE) as response:
                async for frame in frames(response):
                    yield json.loads(frame.data)
        except Unreachable:
            return

    async def wait(self, id: str) -> Batch:
        """The batch once it is over."""
        batch = await self.get(id)
        async for each in self.watch(id):
            batch = each
        return batch

    async def results(self, id: str, *, lines: str = "all") -> AsyncIterator[BatchLine]:
        """What came of each line, in the order of the file; while it runs, of those that have ended by now.

        `lines`: `succeeded`, `failed` or `all`. Raises Unreachable where the connection breaks: begin again.
        """
        request = Request("GET", to(BATCHES, id, "results"), query={"format": "jsonl", "lines": lines})
        async with self._transport.open(request) as response:
            async for line in lines_of(response):
                yield json.loads(line)

    async def download(
        self, id: str, path: str | os.PathLike[str], *, format: str = "jsonl", lines: str = "all"
    ) -> Path:
        """The same to a file, also as `csv` or `parquet`. It is there once it is whole."""
        request = Request("GET", to(BATCHES, id, "results"), query={"format": format, "lines": lines})
        return await fetch(self._transport, request, Path(path))
