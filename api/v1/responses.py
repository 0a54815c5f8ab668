"""`/v1/responses`: a chat in OpenAI's newer shape, waited for, streamed, or left to run and come back to."""

import json
import time
from typing import Any

from flask import Response, request

from api.auth import caller
from api.departures import departures
from api.events import STREAMING
from api.operations import operation
from api.v1 import kept_responses as kept
from api.v1.calls import ended, waited
from api.v1.completions import ERRORS, KEY
from api.v1.requests import submission
from api.v1.response_telling import ResponseTelling
from api.v1.shapes import InputItems, OpenAIError, ResponseQuery, ResponseRequest
from api.v1.streaming import Stream
from api.v1.telling import tell
from millrace import ids
from millrace.dialects.responses.asked import chat_body
from millrace.dialects.responses.response import echo_of, response_of
from millrace.dialects.responses.stream import ResponseStream
from millrace.errors import Conflict, InvalidField, MillraceError
from millrace.identity.permissions import Permission
from millrace.jobs import find
from millrace.jobs.asked import EARLIER, RESPONSES
from millrace.jobs.cancel import cancel
from millrace.jobs.submit import Submission, submit
from millrace.streams.reader import Reader


@operation(
    "POST /v1/responses",
    summary="Respond",
    tag="OpenAI",
    permission=Permission.jobs_write,
    rate="inference",
    body=ResponseRequest,
    headers=KEY,
    also="text/event-stream",
    answers={200: "A Response in OpenAI's shape.", **ERRORS},
)
def create_response(body: ResponseRequest) -> Response:
    """With `background: true` it answers at once and goes on without you: retrieve it, or stream it from any event."""
    wanted = _submission(body)
    if body.stream:
        return Stream(wanted, lambda id: _telling(wanted, id), owned=not body.background).response()
    if body.background:
        return kept.shown(kept.found(wanted.tenant, ids.show("resp", submit(wanted).id)))
    job, end = waited(wanted)
    answer = json.loads(ended(end)["body"])
    head = _head(wanted, job) | {"model": end["model"]}
    made = response_of(**head, status="completed", answer=answer, completed_at=int(time.time()))
    return kept.answered(made, job)


def _submission(body: ResponseRequest) -> Submission:
    """What is asked, with the turns before it; wrong fields are found here and not by a worker."""
    if body.background and body.store is False:
        raise InvalidField("background: what is not stored cannot be retrieved later.", param="background")
    given = body.model_dump(exclude_unset=True)
    earlier = kept.turns_before(caller().tenant, given.get("previous_response_id"))
    chat_body(given, earlier)
    wanted = submission(RESPONSES, body)
    if earlier:
        wanted.body[EARLIER] = earlier
    # Who comes back later may want to see it grow.
    wanted.body["stream"] = bool(body.stream or body.background)
    wanted.background = bool(body.background)
    return wanted


def _head(wanted: Submission, job: str) -> dict[str, Any]:
    said = {"id": ids.show("resp", job), "model": wanted.model.name, "created_at": int(time.time())}
    return said | {"echo": echo_of(wanted.body)}


def _telling(wanted: Submission, job: str) -> ResponseTelling:
    return ResponseTelling(ResponseStream(**_head(wanted, job)), background=bool(wanted.body.get("background")))


@operation(
    "GET /v1/responses/<id>",
    summary="Look at a response",
    tag="OpenAI",
    permission=Permission.jobs_read,
    query=ResponseQuery,
    also="text/event-stream",
    answers={200: "A Response in OpenAI's shape.", 400: OpenAIError, 404: OpenAIError, 410: OpenAIError},
)
def retrieve_response(id: str, query: ResponseQuery) -> Response:
    """As it is now; with `stream=true` its events from `starting_after` on, from any server."""
    found = kept.found(caller().tenant, id)
    if not query.stream:
        return kept.shown(found)
    return Response(_resumed(found, query.starting_after), headers=STREAMING, mimetype="text/event-stream")


def _resumed(found: kept.Kept, after: int | None) -> Any:
    reader = Reader(found.job.tenant, found.job.id)
    head = kept.head(found)
    stream = ResponseStream(**head, starting_after=after)
    telling = ResponseTelling(stream, background=bool(found.body.get("background")))
    return _pieces(reader, telling, found, request.environ)


def _pieces(reader: Reader, telling: ResponseTelling, found: kept.Kept, environ: dict[str, Any]) -> Any:
    def answer() -> dict[str, Any]:
        read: dict[str, Any] = json.loads(find.result(found.job.tenant, found.job.id)[0] or "{}")
        return read

    with departures.watched(environ, reader.stop):
        try:
            for said in tell(reader, telling, answer, time.monotonic() + 3600):
                yield said if said is not None else telling.still
        except MillraceError as failure:
            yield telling.failed(failure)


@operation(
    "POST /v1/responses/<id>/cancel",
    summary="Cancel a response",
    tag="OpenAI",
    permission=Permission.jobs_write,
    answers={200: "A Response in OpenAI's shape.", 404: OpenAIError, 409: OpenAIError},
)
def cancel_response(id: str) -> Response:
    """One that runs in the background; safe to repeat. The others end with their connection."""
    found = kept.found(caller().tenant, id)
    if not found.body.get("background"):
        raise Conflict("Only a response in the background can be cancelled: close the connection of this one.")
    if not found.job.ended:
        cancel(found.job.tenant, found.job.id)
    return kept.shown(kept.found(caller().tenant, id))


@operation(
    "GET /v1/responses/<id>/input_items",
    summary="What a response was asked",
    tag="OpenAI",
    permission=Permission.jobs_read,
    answers={200: InputItems, 404: OpenAIError, 410: OpenAIError},
)
def response_input_items(id: str) -> Response:
    """The items of its `input`, newest first."""
    items = kept.input_items(kept.found(caller().tenant, id))
    page = {"object": "list", "data": items, "has_more": False}
    page |= {"first_id": items[0]["id"] if items else None, "last_id": items[-1]["id"] if items else None}
    return Response(json.dumps(page), mimetype="application/json")
