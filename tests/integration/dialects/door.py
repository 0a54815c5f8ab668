"""A door with nothing behind it but one engine: what `/v1/messages` and `/v1/responses` come down to.

It asks the engine as a worker does, numbers its deltas as the log does, and answers through the dialects; so the
official clients can be held against these alone.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from millrace.dialects.anthropic import errors as anthropic_errors
from millrace.dialects.anthropic import events as anthropic_events
from millrace.dialects.anthropic.asked import chat_body as chat_of_message
from millrace.dialects.anthropic.counting import count_tokens
from millrace.dialects.anthropic.message import message_of
from millrace.dialects.responses import stream as responses_stream
from millrace.dialects.responses.asked import chat_body as chat_of_response
from millrace.dialects.responses.response import echo_of, response_of
from millrace.engines.engine import Answer, Call, Delta, Engine
from millrace.engines.failures import Failure, Unavailable
from millrace.errors import InvalidField
from millrace.streams.events import LAST, number
from tests.fakes.server import Fake, Handler

CHAT = "/v1/chat/completions"


class Door(Fake):
    """`with Door(engine) as door: ... door.url`."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(DoorHandler)
        self.engine = engine
        #: By their id: (the head of a response, its events as they were fed, its answer).
        self.told: dict[str, tuple[dict[str, Any], list[tuple[int, str, dict[str, Any]]], dict[str, Any]]] = {}


class DoorHandler(Handler):
    server: Door

    def answer(self, body: dict[str, Any]) -> None:
        path, _, query = self.path.partition("?")
        try:
            if path.endswith("/messages/count_tokens"):
                self.send(200, count_tokens(body))
            elif path.endswith("/messages"):
                self._messages(body)
            elif body:
                self._responses(body)
            else:
                self._again(path.rpartition("/")[2], int(query.partition("starting_after=")[2].partition("&")[0] or -1))
        except InvalidField as wrong:
            self._refused(400, wrong.message)
        except Failure as failure:
            self._refused(529 if isinstance(failure, Unavailable) else 400, failure.message)

    def _refused(self, status: int, message: str) -> None:
        if "messages" in self.path:
            return self.send(status, anthropic_errors.error_of(status, message, "req_1"))
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        return self.send(status, {"error": error})

    def _ran(self, chat: dict[str, Any]) -> Iterator[Delta | Answer]:
        stream = bool(chat.pop("stream", False))
        return iter(self.server.engine.run(Call(CHAT, chat, chat["model"], stream)))

    def _messages(self, body: dict[str, Any]) -> None:
        chat = chat_of_message(body)
        if not chat["stream"]:
            (answer,) = self._ran(chat)
            assert isinstance(answer, Answer)
            return self.send(200, message_of(answer.body, id="msg_1", model=body["model"]))
        stream = anthropic_events.MessageStream(id="msg_1", model=body["model"])
        run = self._ran(chat)
        first = next(run)
        self.begin_stream("text/event-stream")
        self._write(map(anthropic_events.sse, [*stream.start(), anthropic_events.PING]))
        try:
            for _, _, data, answer in _numbered(first, run):
                events = stream.delta(data) if answer is None else stream.end(answer)
                self._write(map(anthropic_events.sse, events))
        except Failure as failure:
            self._write(map(anthropic_events.sse, stream.failed(502, failure.message)))
        return self.end_stream()

    def _responses(self, body: dict[str, Any]) -> None:
        chat = chat_of_response(body)
        head = {"id": f"resp_{len(self.server.told)}", "model": body["model"], "created_at": 1, "echo": echo_of(body)}
        run = self._ran(chat)
        first = next(run)
        if isinstance(first, Answer):
            return self.send(200, response_of(**head, status="completed", answer=first.body, completed_at=2))
        told: list[tuple[int, str, dict[str, Any]]] = [(number(0, 1), "queued", {}), (number(1, 1), "started", {})]
        self.begin_stream("text/event-stream")
        stream = responses_stream.ResponseStream(**head)
        for fed in told:
            self._write(map(responses_stream.sse, stream.feed(*fed)))
        for seq, kind, data, answer in _numbered(first, run):
            if answer is not None:
                self.server.told[head["id"]] = (head, told, answer)
                self._write(map(responses_stream.sse, stream.end(number(1, LAST), answer, 2)))
            else:
                told.append((seq, kind, data))
                self._write(map(responses_stream.sse, stream.feed(seq, kind, data)))
        return self.end_stream()

    def _again(self, id: str, after: int) -> None:
        """A response from one of its events on."""
        head, told, answer = self.server.told[id]
        stream = responses_stream.ResponseStream(**head, starting_after=after)
        self.begin_stream("text/event-stream")
        for fed in told:
            self._write(map(responses_stream.sse, stream.feed(*fed)))
        self._write(map(responses_stream.sse, stream.end(number(1, LAST), answer, 2)))
        self.end_stream()

    def _write(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.chunk(line.encode())


def _numbered(
    first: Delta | Answer, rest: Iterator[Delta | Answer]
) -> Iterator[tuple[int, str, dict[str, Any], dict[str, Any] | None]]:
    """Deltas as the log tells them: (number, type, data, None), then the answer."""
    sequence, offset = 2, 0
    for item in chain([first], rest):
        if isinstance(item, Answer):
            yield number(1, LAST), "succeeded", {}, item.body
            return
        data: dict[str, Any] = {"offset": offset, "text": item.text} | ({"extra": item.extra} if item.extra else {})
        yield number(1, sequence), "delta", data, None
        sequence, offset = sequence + 1, offset + len(item.text)
