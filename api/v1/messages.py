"""`/v1/messages`: Anthropic's API, for its clients; whatever model answers."""

import json
import uuid
from typing import Any

from flask import Response

from api.guard import SAYS as GUARD
from api.operations import operation
from api.v1.caching import SAYS
from api.v1.calls import ended, waited
from api.v1.message_telling import MessageTelling
from api.v1.requests import asked
from api.v1.shapes import AnthropicError, CountRequest, MessagesRequest, TokenCount
from api.v1.streaming import Stream
from millrace import ids
from millrace.dialects.anthropic.asked import chat_body
from millrace.dialects.anthropic.counting import count_tokens
from millrace.dialects.anthropic.message import message_of
from millrace.identity.permissions import Permission

CHAT = "/v1/chat/completions"


@operation(
    "POST /v1/messages",
    summary="Message",
    tag="Anthropic",
    permission=Permission.jobs_write,
    rate="inference",
    body=MessagesRequest,
    headers=SAYS | GUARD,
    also="text/event-stream",
    answers={
        200: "A Message in Anthropic's shape.",
        **dict.fromkeys((404, 409, 422, 499, 502, 503, 504), AnthropicError),
    },
)
def create_message(body: MessagesRequest) -> Response:
    """For Anthropic's own clients: streaming, tools, thinking. A job like any other, and cancelled when you hang up."""
    wanted = asked(CHAT, chat_body(body.model_dump(exclude_unset=True)))
    if body.stream:
        made = Stream(wanted, lambda id: MessageTelling(_id(id), wanted.model.name)).response()
        made.headers["request-id"] = made.headers["x-request-id"]
        return made
    job, end = waited(wanted)
    message = message_of(json.loads(ended(end)["body"]), id=_id(job), model=end["model"])
    return _answer(message, ids.show("job", job))


@operation(
    "POST /v1/messages/count_tokens",
    summary="Count the tokens of a message",
    tag="Anthropic",
    permission=Permission.jobs_read,
    body=CountRequest,
    answers={200: TokenCount},
)
def count_message_tokens(body: CountRequest) -> Response:
    """An estimate: four bytes of text a token, and so much a picture."""
    return _answer(dict(count_tokens(body.model_dump(exclude_unset=True))), f"req_{uuid.uuid4().hex}")


def _id(job: str) -> str:
    return ids.show("msg", job)


def _answer(shown: dict[str, Any], number: str) -> Response:
    made = Response(json.dumps(shown), mimetype="application/json")
    made.headers["request-id"] = made.headers["x-request-id"] = number
    return made
