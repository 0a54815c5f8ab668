"""A streamed call: the events of its job, as OpenAI's chunks. It never restarts after its first delta."""

import json
import time
from collections.abc import Iterator

from flask import Response, request

from api.departures import departures
from api.events import STREAMING
from api.v1 import calls
from api.v1.chunks import Chunks
from api.v1.failures import failure_of
from api.waiting import Waiter, replies
from millrace import ids
from millrace.errors import CallFailed, CallTimedOut, ClientGone, MillraceError
from millrace.jobs.submit import Submission, submit
from millrace.streams.events import Event
from millrace.streams.reader import Reader

#: Seconds for which the status of the answer waits for the first delta, so that an early failure has its own.
HELD = 20.0

BROKE_OFF = "The model broke off in the middle of its answer. What was sent cannot be taken back: ask again."

#: Seconds in which the settlement, sent with the last event, arrives.
SOON = 1.0


class Stream:
    """One streamed call, as the iterable of a response: whoever closes it has hung up."""

    def __init__(self, wanted: Submission) -> None:
        self.wanted = wanted
        self.id, self.waiter = calls.expected(wanted)
        self.reader = Reader(wanted.tenant, self.id)
        options = wanted.body.get("stream_options")
        usage = isinstance(options, dict) and bool(options.get("include_usage"))
        chat = wanted.endpoint == "/v1/chat/completions"
        self.job = self.id
        self.chunks = Chunks(self.id.replace("-", ""), wanted.model.name, chat=chat, usage=usage)

    def response(self) -> Response:
        """Begun: its status is that of the first thing that happened. Raises what the job failed with before that."""
        try:
            self._begin()
            pieces = self._pieces()
            first = next(pieces)
        except BaseException:
            self._forget()
            raise
        response = Response(_Begun(first, pieces), headers=STREAMING, mimetype="text/event-stream")
        response.headers["x-request-id"] = ids.show("job", self.job)
        return response

    def _begin(self) -> None:
        self.reader.ahead()
        made = submit(self.wanted, self.id)
        if not made.new:
            # Another request with this key made the job: its events are read from their beginning.
            self.reader.close()
            self.job, self.reader = made.id, Reader(self.wanted.tenant, made.id)

    def _pieces(self) -> Iterator[str]:
        with departures.watched(request.environ, self.reader.stop):
            try:
                yield from self._told()
            except MillraceError as failure:
                if not self.chunks.sent:
                    raise
                yield _error(failure)
            finally:
                self._forget()

    def _told(self) -> Iterator[str]:
        held_until = time.monotonic() + HELD
        until = time.monotonic() + calls.MOST
        for event in self.reader.follow(until):
            if event is None:
                if self.chunks.sent or time.monotonic() > held_until:
                    yield ": still here\n\n"
            elif event.terminal:
                yield self._end(event)
            elif event.type == "reset" and self.chunks.sent:
                raise CallFailed(BROKE_OFF, status=502, code="stream_broken")
            elif event.type in ("delta", "snapshot"):
                yield getattr(self.chunks, event.type)(event.data)
        if not self.reader.ended:
            raise CallTimedOut if time.monotonic() > until else ClientGone

    def _end(self, event: Event) -> str:
        if event.type != "succeeded":
            error = event.data.get("error")
            raise failure_of(event.type, json.dumps(error) if error else None)
        waiter: Waiter | None = self.waiter if self.job == self.id else None
        if waiter is not None and waiter.settlement is None:
            waiter.stirred.wait(SOON)
        end = calls.told(self.wanted, self.job, waiter)
        return self.chunks.end(json.loads(end["body"]))

    def _abandon(self) -> None:
        if not self.reader.ended:
            calls.abandon(self.wanted, self.job)

    def _forget(self) -> None:
        replies.forget(self.id)
        self.reader.close()
        self._abandon()


class _Begun:
    """A generator that has given its first piece already, and is closed with the response."""

    def __init__(self, first: str, rest: Iterator[str]) -> None:
        self._first: str | None = first
        self._rest = rest

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._rest)

    def close(self) -> None:
        self._rest.close()  # type: ignore[attr-defined]


def _error(failure: MillraceError) -> str:
    """What a client is told in the middle of a stream: OpenAI's own raises APIError for it."""
    error = {"message": failure.message, "type": "server_error", "param": None, "code": failure.code}
    return f"data: {json.dumps({'error': error})}\n\n"
