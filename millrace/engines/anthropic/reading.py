"""Reading what Anthropic answers: a message, or the events of one, put together as a chat completion."""

from collections.abc import Iterator
from typing import Any

from millrace.dialects.anthropic.chunks import Chunks
from millrace.engines.answers.assembly import Assembly, gathered
from millrace.engines.answers.documents import parsed
from millrace.engines.answers.statuses import failure_in
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Broken
from millrace.engines.http.reply import Reply
from millrace.engines.http.sse import Events

CHAT = "/v1/chat/completions"

#: What a malformed document makes of the translation.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError)


def whole(raw: bytes, call: Call, input_bytes: int) -> Answer:
    """The answer of a call that was not streamed. Raises Broken, or what an error object in it says."""
    chunks, assembly = _parts(call)
    assembly.add(_read(chunks.whole, _document(raw)))
    return assembly.answer(input_bytes)


def streamed(reply: Reply, call: Call, input_bytes: int) -> Iterator[Delta | Answer]:
    """Deltas as they come, if they are wanted, then the answer. Raises Broken where the stream ends too early."""
    chunks, assembly = _parts(call)
    for events in _events(reply):
        found = [_read(chunks.chunk, _document(event)) for event in events]
        deltas = [delta for chunk in found if chunk for delta in assembly.add(chunk)]
        if call.stream:
            yield from gathered(deltas)
        if chunks.done:
            break
    else:
        raise Broken("The backend's stream broke off before its end.")
    try:
        yield assembly.answer(input_bytes)
    finally:
        reply.settle()


def _parts(call: Call) -> tuple[Chunks, Assembly]:
    chat = call.endpoint == CHAT
    return Chunks(chat=chat), Assembly(chat=chat)


def _events(reply: Reply) -> Iterator[list[bytes]]:
    """The events of each read, so that those of one read can go on together."""
    parser = Events()
    for piece in reply.pieces():
        yield parser.feed(piece)
    yield parser.flush()


def _document(raw: bytes) -> dict[str, Any]:
    document = parsed(raw)
    if document.get("type") == "error" or document.get("error"):
        raise failure_in(document.get("error"))
    return document


def _read(reader: Any, document: dict[str, Any]) -> Any:
    try:
        return reader(document)
    except MALFORMED as cause:
        raise Broken("The backend's answer cannot be read: it is not in Anthropic's shape.") from cause
