"""Watching a batch: its progress as it changes, by SSE."""

import time
from collections.abc import Iterator

from flask import Response

from api.auth import caller
from api.batches.answers import shown
from api.batches.batches import found
from api.batches.shapes import BatchInfo
from api.events import STREAMING
from api.operations import operation
from api.presence import presence
from api.shapes import Problem
from millrace.batches.batch import Batch
from millrace.batches.find import find
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission

#: Seconds between two looks, and of silence after which the connection is shown to live.
LOOK, STILL = 1.0, 10.0


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
    left: list[bool] = []
    with presence.held(who, lambda: left.append(True)):
        said, spoke = "", 0.0
        yield "retry: 2000\n\n"
        while not left:
            text = shown(batch).model_dump_json()
            if text != said:
                said, spoke = text, time.monotonic()
                yield f"event: {'ended' if batch.ended else 'progress'}\ndata: {text}\n\n"
            elif time.monotonic() - spoke > STILL:
                spoke = time.monotonic()
                yield ": still here\n\n"
            if batch.ended:
                return
            time.sleep(LOOK)
            batch = find(batch.tenant, batch.id)
