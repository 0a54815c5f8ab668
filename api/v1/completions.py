"""`/v1/chat/completions`, `/v1/completions`, `/v1/embeddings`: asked, waited for, answered as OpenAI would."""

from flask import Response

from api.guard import SAYS as GUARD
from api.operations import operation
from api.v1.caching import SAYS
from api.v1.calls import whole
from api.v1.chunks import Chunks
from api.v1.requests import submission
from api.v1.shapes import ChatRequest, CompletionRequest, EmbeddingRequest, OpenAIError
from api.v1.streaming import Stream
from millrace.identity.permissions import Permission
from millrace.jobs.submit import Submission

CHAT = "/v1/chat/completions"

KEY = {"Idempotency-Key": "The same key and request give the same answer, live or finished.", **SAYS, **GUARD}

#: What any call may answer.
ERRORS = dict.fromkeys((400, 404, 409, 422, 429, 499, 502, 503, 504), OpenAIError)


@operation(
    "POST /v1/chat/completions",
    summary="Chat",
    tag="OpenAI",
    permission=Permission.jobs_write,
    rate="inference",
    body=ChatRequest,
    headers=KEY,
    also="text/event-stream",
    answers={200: "A chat completion in OpenAI's shape.", **ERRORS},
)
def chat_completion(body: ChatRequest) -> Response:
    """A job like any other, waited for: fair to others, safe from the death of a worker, and in your list of jobs.

    It is cancelled when you hang up, unless it has an `Idempotency-Key`. `x-request-id` names the job.
    """
    wanted = submission(CHAT, body)
    return _chunked(wanted) if body.stream else whole(wanted)


def _chunked(wanted: Submission) -> Response:
    options = wanted.body.get("stream_options")
    usage = isinstance(options, dict) and bool(options.get("include_usage"))
    chat = wanted.endpoint == CHAT
    return Stream(wanted, lambda id: Chunks(id, wanted.model.name, chat=chat, usage=usage)).response()


@operation(
    "POST /v1/completions",
    summary="Complete a text",
    tag="OpenAI",
    permission=Permission.jobs_write,
    rate="inference",
    body=CompletionRequest,
    headers=KEY,
    also="text/event-stream",
    answers={200: "A completion in OpenAI's shape.", **ERRORS},
)
def completion(body: CompletionRequest) -> Response:
    """The older shape: a `prompt` in, its continuation out."""
    wanted = submission("/v1/completions", body)
    return _chunked(wanted) if body.stream else whole(wanted)


@operation(
    "POST /v1/embeddings",
    summary="Embed texts",
    tag="OpenAI",
    permission=Permission.jobs_write,
    rate="inference",
    body=EmbeddingRequest,
    headers=KEY,
    answers={200: "Embeddings in OpenAI's shape.", **ERRORS},
)
def embeddings(body: EmbeddingRequest) -> Response:
    """A vector for each text; as base64 of little-endian floats where `encoding_format` says so."""
    return whole(submission("/v1/embeddings", body))
