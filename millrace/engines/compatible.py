"""Any server that speaks OpenAI's API: vLLM, llama.cpp, OpenAI itself. What the user sent goes through untouched."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from millrace.engines import keys
from millrace.engines.answers.assembly import Assembly, gathered, usage_of
from millrace.engines.answers.documents import encoded, parsed
from millrace.engines.answers.statuses import failure_in, failure_of
from millrace.engines.engine import Answer, Call, Deadlines, Delta, Line
from millrace.engines.failures import Broken, Failure, Refused, Unavailable
from millrace.engines.http.reply import Reply
from millrace.engines.http.sse import Events
from millrace.engines.http.transport import origin

#: For GET /v1/models.
LISTING = Deadlines(connect=3.0, first_byte=10.0, idle=5.0, total=15.0)

EMBEDDINGS = "/v1/embeddings"
#: What only the Anthropic engine knows of a request, and of its messages: others refuse what they do not know.
NOT_THEIRS = frozenset({"stream", "stream_options", "anthropic"})
NOT_THEIRS_IN_MESSAGES = frozenset({"thinking_blocks", "is_error"})
ENDPOINTS = ("/v1/chat/completions", "/v1/completions", EMBEDDINGS)


class Compatible:
    """`url` may end in `/v1` or not; the API key is in the environment variable `key_env`, or is `key`.

    `always_stream` is for servers that go on with a call that does not stream when its client has left.
    """

    def __init__(self, url: str, *, key_env: str = "", key: str = "", always_stream: bool = False) -> None:
        parts = urlsplit(url)
        self._origin = origin(f"{parts.scheme}://{parts.netloc}")
        self._base = parts.path.rstrip("/").removesuffix("/v1")
        self._key_env = key_env
        self._key = key
        self._always_stream = always_stream

    def run(self, call: Call) -> Iterator[Delta | Answer]:
        """See Engine. Raises each kind of Failure."""
        stream = call.endpoint != EMBEDDINGS and (call.stream or self._always_stream)
        payload = encoded(self._body(call, stream))
        with self._ask("POST", call.endpoint, payload, call.deadlines, call.line, call.key) as reply:
            if reply.status != 200:
                raise keys.blamed(failure_of(reply.status, reply.headers, reply.read()), call)
            if stream and "json" not in reply.headers.get("content-type", ""):
                yield from streamed(reply, call, len(payload))
            else:
                yield whole(reply.read(), call, len(payload))

    def models(self) -> list[str]:
        """What GET /v1/models lists."""
        try:
            with self._ask("GET", "/v1/models", b"", LISTING, Line()) as reply:
                if reply.status != 200:
                    raise failure_of(reply.status, reply.headers, reply.read())
                return [model["id"] for model in parsed(reply.read())["data"]]
        except Unavailable:
            raise
        except Failure as failure:
            raise Unavailable(failure.message, status=failure.status) from failure
        except (KeyError, TypeError) as failure:
            raise Unavailable("The backend's list of models cannot be read.") from failure

    def _ask(
        self, method: str, endpoint: str, body: bytes, deadlines: Deadlines, line: Line, key: str | None = None
    ) -> Reply:
        found = keys.fit(key) if key else keys.platforms(self._key_env, self._key)
        headers = self._headers(found, brought=bool(key))
        return self._origin.request(method, self._base + endpoint, headers, body, deadlines, line)

    def _headers(self, key: str, *, brought: bool) -> dict[str, str]:  # noqa: ARG002
        """With that key, which the tenant may have brought."""
        headers = {"Content-Type": "application/json", "Accept": "*/*", "User-Agent": "millrace"}
        return headers | ({"Authorization": f"Bearer {key}"} if key else {})

    def _body(self, call: Call, stream: bool) -> dict[str, Any]:
        return request_body(call, stream)


def request_body(call: Call, stream: bool) -> dict[str, Any]:
    """The user's body with the backend's name of the model, and with streaming as we want it. Raises Refused."""
    if call.endpoint not in ENDPOINTS:
        raise Refused(f"This backend has no {call.endpoint}.")
    body = {key: value for key, value in call.body.items() if key not in NOT_THEIRS}
    body["model"] = call.model
    if isinstance(body.get("messages"), list):
        body["messages"] = without(body["messages"], NOT_THEIRS_IN_MESSAGES)
    if stream:
        options = call.body.get("stream_options")
        body["stream"] = True
        body["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return body


def without(messages: list[Any], names: frozenset[str]) -> list[Any]:
    """The messages without fields of these names."""
    return [
        {name: value for name, value in message.items() if name not in names}
        if isinstance(message, dict) and names & message.keys()
        else message
        for message in messages
    ]


def whole(raw: bytes, call: Call, input_bytes: int) -> Answer:
    """The answer of a call that was not streamed. Raises Broken, or what an error object in it says."""
    body = parsed(raw)
    if body.get("error"):
        raise failure_in(body["error"])
    embeddings = call.endpoint == EMBEDDINGS
    if not isinstance(body.get("data" if embeddings else "choices"), list):
        raise Broken("The backend's answer is not in OpenAI's shape.")
    return Answer(body, usage_of(body, input_bytes, len(raw), embeddings=embeddings))


def streamed(reply: Reply, call: Call, input_bytes: int) -> Iterator[Delta | Answer]:
    """Deltas as they come, if they are wanted, then the answer. Raises Broken where the stream ends too early."""
    assembly = Assembly(chat=call.endpoint == "/v1/chat/completions")
    for events in _events(reply):
        done = b"[DONE]" in events
        chunks = events[: events.index(b"[DONE]")] if done else events
        deltas = [delta for event in chunks for delta in assembly.add(_chunk(event))]
        if call.stream:
            yield from gathered(deltas)
        if done:
            break
    else:
        if not assembly.finished:
            raise Broken("The backend's stream broke off before its end.")
    try:
        yield assembly.answer(input_bytes)
    finally:
        reply.settle()


def _events(reply: Reply) -> Iterator[list[bytes]]:
    """The events of each read, so that those of one read can go on together."""
    parser = Events()
    for piece in reply.pieces():
        yield parser.feed(piece)
    yield parser.flush()


def _chunk(event: bytes) -> dict[str, Any]:
    chunk = parsed(event)
    if chunk.get("error"):
        raise failure_in(chunk["error"])
    return chunk
