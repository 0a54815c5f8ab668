"""Ollama: its own API, for what OpenAI's shape cannot say (keep_alive, num_ctx, think).

Generation goes over our transport: a request of the official client cannot be closed from another thread, and it costs
several times the CPU (docs/engines.md says what was tried). The official client lists and pulls models.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from millrace.engines import keys
from millrace.engines.answers.assembly import Assembly, gathered
from millrace.engines.answers.documents import encoded, parsed
from millrace.engines.answers.statuses import failure_in, failure_of
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Broken, Failure, Refused, Unavailable
from millrace.engines.http.lines import Lines
from millrace.engines.http.reply import Reply
from millrace.engines.http.transport import origin
from millrace.engines.ollama import reply as ollama_reply
from millrace.engines.ollama import request as ollama_request

if TYPE_CHECKING:
    from ollama import Client

#: Seconds for the list of models.
LISTING = 10.0

EMBED = "/api/embed"

#: OpenAI's endpoint: Ollama's, and what makes its body.
PATHS = {
    "/v1/chat/completions": ("/api/chat", ollama_request.chat),
    "/v1/completions": ("/api/generate", ollama_request.completion),
    "/v1/embeddings": (EMBED, ollama_request.embedding),
}


class Ollama:
    """`options` of the model: `keep_alive`, `think`, `truncate`, `raw`; the rest are Ollama's own (`num_ctx`...)."""

    def __init__(self, url: str, *, key_env: str = "", options: dict[str, Any] | None = None) -> None:
        parts = urlsplit(url)
        self._url = url
        self._origin = origin(f"{parts.scheme}://{parts.netloc}")
        self._base = parts.path.rstrip("/").removesuffix("/v1")
        self._key_env = key_env
        self._options = options or {}

    def run(self, call: Call) -> Iterator[Delta | Answer]:
        """See Engine. Raises each kind of Failure."""
        if call.endpoint not in PATHS:
            raise Refused(f"This backend has no {call.endpoint}.")
        path, translated = PATHS[call.endpoint]
        body = translated(call.body, call.model, self._options)
        if path != EMBED:
            body["stream"] = call.stream
        payload = encoded(body)
        with self._origin.request(
            "POST", self._base + path, self._headers(call.key), payload, call.deadlines, call.line
        ) as reply:
            if reply.status != 200:
                refused = keys.blamed(failure_of(reply.status, reply.headers, reply.read()), call)
                raise _missing(refused, call.model)
            if path == EMBED:
                yield ollama_reply.embeddings(_document(reply.read()), call.model, call.body, len(payload))
            elif call.stream:
                yield from _streamed(reply, call, len(payload))
            else:
                yield _whole(reply.read(), call, len(payload))

    def models(self) -> list[str]:
        """The models that Ollama has pulled."""
        from httpx import HTTPError
        from ollama import ResponseError

        try:
            with self._client(LISTING) as client:
                return [model.model for model in client.list().models if model.model]
        except (ConnectionError, ResponseError, HTTPError, ValueError, Refused) as cause:
            raise Unavailable(f"Ollama does not list its models: {str(cause)[:200]}") from cause

    def pull(self, model: str) -> Iterator[tuple[int, int]]:
        """Fetch a model; gives (bytes done, bytes in all) of the layer it is at. Raises Unavailable, Refused."""
        from httpx import HTTPError
        from ollama import ResponseError

        try:
            with self._client(None) as client:
                for step in client.pull(model, stream=True):
                    yield step.completed or 0, step.total or 0
        except ResponseError as cause:
            raise Refused(f"Ollama cannot pull {model}: {cause.error[:200]}", code="model_not_found") from cause
        except (ConnectionError, HTTPError) as cause:
            raise Unavailable(f"Ollama cannot be reached: {str(cause)[:200]}") from cause

    def _client(self, timeout: float | None) -> "Client":
        # Imported here: a worker that only generates has no use for httpx and its 15 MB.
        from ollama import Client

        return Client(host=self._url, timeout=timeout, headers=self._headers())

    def _headers(self, brought: str | None = None) -> dict[str, str]:
        key = keys.fit(brought) if brought else keys.platforms(self._key_env)
        headers = {"Content-Type": "application/json", "User-Agent": "millrace"}
        return headers | ({"Authorization": f"Bearer {key}"} if key else {})


def _streamed(reply: Reply, call: Call, input_bytes: int) -> Iterator[Delta | Answer]:
    """Deltas as they come, then the answer. Raises Broken where the stream ends too early."""
    chat = call.endpoint == "/v1/chat/completions"
    chunks, assembly = ollama_reply.Chunks(chat=chat), Assembly(chat=chat)
    for found in _lines(reply):
        documents = [chunks.chunk(_document(line)) for line in found]
        yield from gathered([delta for document in documents for delta in assembly.add(document)])
        if chunks.done:
            break
    else:
        raise Broken("The backend's stream broke off before its end.")
    try:
        yield assembly.answer(input_bytes)
    finally:
        reply.settle()


def _lines(reply: Reply) -> Iterator[list[bytes]]:
    """The lines of each read, so that those of one read can go on together."""
    parser = Lines()
    for piece in reply.pieces():
        yield parser.feed(piece)
    yield parser.flush()


def _whole(raw: bytes, call: Call, input_bytes: int) -> Answer:
    chat = call.endpoint == "/v1/chat/completions"
    chunks, assembly = ollama_reply.Chunks(chat=chat), Assembly(chat=chat)
    assembly.add(chunks.chunk(_document(raw)))
    if not chunks.done:
        raise Broken("The backend's answer is not whole.")
    return assembly.answer(input_bytes)


def _document(raw: bytes) -> dict[str, Any]:
    document = parsed(raw)
    if document.get("error"):
        raise failure_in(document["error"])
    return document


def _missing(failure: Failure, model: str) -> Failure:
    if failure.status != 404:
        return failure
    return Refused(f"Ollama has no model {model}: pull it first.", code="model_not_found", status=404)
