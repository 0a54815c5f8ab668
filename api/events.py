"""The events of a job, by SSE (`Accept: text/event-stream`, and by default) or polled (`Accept: application/json`)."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, request

from api.auth import caller
from api.operations import operation
from api.presence import presence
from api.shapes import EventList, EventsQuery, Problem
from millrace import ids
from millrace.errors import InvalidField
from millrace.identity.caller import Caller
from millrace.identity.permissions import Permission
from millrace.jobs import find, forget
from millrace.jobs.find import Job
from millrace.streams.events import Event
from millrace.streams.reader import Reader

#: Tell proxies to pass each event on at once.
STREAMING = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@operation(
    "GET /api/v1/jobs/<id>/events",
    summary="Watch a job",
    tag="Jobs",
    permission=Permission.jobs_read,
    query=EventsQuery,
    headers={"Last-Event-ID": "Where to go on, as browsers send it; wins over `after`."},
    also="text/event-stream",
    answers={200: EventList, 204: "There will be no more events.", 404: Problem},
)
def events(id: str, query: EventsQuery) -> Response:
    """A stream of server-sent events: queued, started, delta, snapshot, reset, usage, and the end.

    Every event has a number; give the last one you have (`Last-Event-ID` or `after`) to go on after it, on any server.
    `delta` appends `text` at `offset`; `snapshot` is the whole text so far; `reset` voids it, another attempt follows.
    With `Accept: application/json`: the events there are now.
    """
    job = find.find(caller().tenant, ids.parse("job", id))
    reader = Reader(job.tenant, job.id, _cursor(query))
    if request.accept_mimetypes.best_match(["text/event-stream", "application/json"]) == "application/json":
        return _poll(reader, job)
    return _stream(reader, job, caller())


def _cursor(query: EventsQuery) -> int:
    given = request.headers.get("Last-Event-ID")
    if not given:
        return query.after
    if not given.isdecimal() or len(given) > 16 or int(given) >= 2**53:
        raise InvalidField("Last-Event-ID: the number of an event.", param="Last-Event-ID")
    return int(given)


def _poll(reader: Reader, job: Job) -> Response:
    data = [_shape(event) for event in reader.catch_up()]
    if reader.ended:
        forget.told(job)
    shape = {"object": "list", "data": data, "ended": reader.ended}
    return Response(json.dumps(shape), mimetype="application/json")


def _shape(event: Event) -> dict[str, Any]:
    return {"seq": event.seq, "type": event.type, "data": event.data}


def _stream(reader: Reader, job: Job, who: Caller) -> Response:
    if job.ended:
        left = [_frame(event) for event in reader.catch_up()]
        forget.told(job)
        # An EventSource that has it all connects again and again unless it is told 204.
        return Response(left, headers=STREAMING, mimetype="text/event-stream") if left else Response(status=204)
    return Response(_frames(reader, job, who), headers=STREAMING, mimetype="text/event-stream")


def _frames(reader: Reader, job: Job, who: Caller) -> Iterator[str]:
    with presence.held(who, reader.stop):
        yield "retry: 2000\n\n"
        for event in reader.follow():
            yield _frame(event) if event else ": still here\n\n"
    if reader.ended:
        forget.told(job)


def _frame(event: Event) -> str:
    return f"id: {event.seq}\nevent: {event.type}\ndata: {json.dumps(event.data)}\n\n"
