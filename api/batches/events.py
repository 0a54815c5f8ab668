"""Watching a batch: its progress as it changes, by SSE."""

import time
from collections.abc import Iterator

from flask import Response

from api.auth import caller
from api.batches.batches import found
from api.batches.shapes import BatchInfo
from api.batches.watch import BatchWatch
from api.events import STREAMING
from api.operations import operation
from api.presence import presence
from api.shapes import Problem
from millrace.batches.batch import Batch
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission

#: Seconds of silence after which the connection is shown to live.
STILL = 10.0


@operation(
    "GET /api/v1/batches/<id>/events",
    summary="Watch a batch",
    tag="Batches",
    permission=Permission.batches_read,
    also="text/event-stream",
    answers={200: BatchInfo, 404: Problem},
)
def batch_events(id: str) -> Response:
    """A stream of server-sent events: `progress` with the batch whenever it has changed, and last `ended`."""
    return Response(_frames(found(id), caller()), headers=STREAMING, mimetype="text/event-stream")


def _frames(batch: Batch, who: Caller) -> Iterator[str]:
    watch, spoke = BatchWatch(batch), time.monotonic()
    with presence.held(who, watch.stop):
        yield "retry: 2000\n\n"
        for change in watch.changes():
            if change is not None:
                type, batch_now = change
                yield f"event: {type}\ndata: {batch_now.model_dump_json()}\n\n"
            elif time.monotonic() - spoke > STILL:
                yield ": still here\n\n"
            else:
                continue
            spoke = time.monotonic()
