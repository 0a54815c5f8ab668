# Made by unasync.py: change aio/ and run it again.
"""Batches: quote, run, watch, change, collect."""

import json
import os
from collections.abc import Iterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from millrace_client.blocking.downloading import fetch
from millrace_client.blocking.files import Files
from millrace_client.blocking.pages import every
from millrace_client.blocking.pausing import pause
from millrace_client.blocking.reading import frames
from millrace_client.blocking.reading import lines as lines_of
from millrace_client.blocking.transport import SILENCE, Transport
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


class Batches:
    """`client.batches`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._files = Files(transport)

    def create(
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
        body = self._body(source, endpoint, completion_window, metadata, output_expires_after, template, webhook)
        return self._transport.ask(Request("POST", BATCHES, body=body, headers=once(idempotency_key)))

    def quote(
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
        body = self._body(source, endpoint, completion_window, metadata, output_expires_after, template, webhook)
        batch: Batch = self._transport.ask(Request("POST", to(BATCHES, "quote"), body=body))
        while batch["status"] == "quoting":
            pause(LOOK)
            batch = self.get(batch["id"])
        return batch

    def _body(
        self, source: Source, endpoint: str, window: str, metadata: Mapping[str, str] | None, expires: int | None,
        template: Template | None, webhook: str | Webhook | None,
    ) -> dict[str, Any]:  # fmt: skip
        life = {"anchor": "created_at", "seconds": expires} if expires is not None else None
        return given(
            input_file_id=self._file(source, endpoint), endpoint=endpoint, completion_window=window,
            metadata=metadata, output_expires_after=life, template=template, webhook=webhook,
        )  # fmt: skip

    def _file(self, source: Source, endpoint: str) -> str:
        if isinstance(source, str) and source.startswith("file_") and not Path(source).exists():
            return source
        if isinstance(source, (str, os.PathLike)):
            return (self._files.upload(source))["id"]
        with spooled(source, endpoint) as opened:
            return (self._files.upload(opened, filename="requests.jsonl"))["id"]

    def start(self, id: str) -> Batch:
        """Run what was quoted; its window begins now. Safe to repeat."""
        return self._act(id, "start")

    def get(self, id: str) -> Batch:
        """Its state, counts, rate, and when it should end."""
        return self._transport.ask(Request("GET", to(BATCHES, id)))

    def list(self, *, after: str | None = None, limit: int = 20) -> BatchList:
        """A page, newest first. `after`: the `last_id` of the page before."""
        return self._transport.ask(Request("GET", BATCHES, query=given(after=after, limit=limit)))

    def every(self) -> Iterator[Batch]:
        """All of them, newest first, read as they are wanted."""
        return every(self._transport, BATCHES, limit=100)

    def cancel(self, id: str) -> Batch:
        """No further line begins; what is done is kept. Safe to repeat."""
        return self._act(id, "cancel")

    def pause(self, id: str) -> Batch:
        """No further line begins until it is resumed. Its window goes on."""
        return self._act(id, "pause")

    def resume(self, id: str) -> Batch:
        """Its lines go on."""
        return self._act(id, "resume")

    def _act(self, id: str, what: str) -> Batch:
        return self._transport.ask(Request("POST", to(BATCHES, id, what), safe=True))

    def retry_failed(self, id: str, *, idempotency_key: str | None = None) -> Batch:
        """A new batch of just the lines that did not succeed, which names this one in `retry_of`."""
        request = Request("POST", to(BATCHES, id, "retry-failed"), headers=once(idempotency_key))
        return self._transport.ask(request)

    def watch(self, id: str) -> Iterator[Batch]:
        """The batch whenever it has changed, until it is over: by its stream, and by looking where that breaks."""
        last: Batch | None = None
        while last is None or last["status"] not in OVER:
            for batch in self._streamed(id):
                last = batch
                yield batch
            if last is None or last["status"] not in OVER:
                pause(LOOK)
                found = self.get(id)
                if found != last:
                    last = found
                    yield found

    def _streamed(self, id: str) -> Iterator[Batch]:
        request = Request("GET", to(BATCHES, id, "events"), headers={"Accept": "text/event-stream"})
        try:
            with self._transport.open(request, SILENCE) as response:
                for frame in frames(response):
                    yield json.loads(frame.data)
        except Unreachable:
            return

    def wait(self, id: str) -> Batch:
        """The batch once it is over."""
        batch = self.get(id)
        for each in self.watch(id):
            batch = each
        return batch

    def results(self, id: str, *, lines: str = "all") -> Iterator[BatchLine]:
        """What came of each line, in the order of the file; while it runs, of those that have ended by now.

        `lines`: `succeeded`, `failed` or `all`. Raises Unreachable where the connection breaks: begin again.
        """
        request = Request("GET", to(BATCHES, id, "results"), query={"format": "jsonl", "lines": lines})
        with self._transport.open(request) as response:
            for line in lines_of(response):
                yield json.loads(line)

    def download(
        self, id: str, path: str | os.PathLike[str], *, format: str = "jsonl", lines: str = "all"
    ) -> Path:
        """The same to a file, also as `csv` or `parquet`. It is there once it is whole."""
        request = Request("GET", to(BATCHES, id, "results"), query={"format": format, "lines": lines})
        return fetch(self._transport, request, Path(path))
