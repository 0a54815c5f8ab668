"""A streamed call: the events of its job, told in the caller's dialect. It never restarts after its first delta."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, request

from api.departures import departures
from api.events import STREAMING
from api.v1 import calls
from api.v1.telling import Telling, tell
from api.waiting import replies
from millrace import ids
from millrace.errors import CallTimedOut, ClientGone, MillraceError
from millrace.jobs.submit import Submission, submit
from millrace.streams.reader import Reader

#: Seconds for which the status of the answer waits for the first text, so that an early failure has its own.
HELD = 20.0

#: Seconds in which the settlement, sent with the last event, arrives.
SOON = 1.0


class Stream:
    """One streamed call, as the iterable of a response: whoever closes it has hung up.

    `telling` is made with the job's id. Without `owned` the job goes on when the caller hangs up.
    """

    def __init__(self, wanted: Submission, telling: Callable[[str], Telling], *, owned: bool = True) -> None:
        self.wanted = wanted
        self.id, self.waiter = calls.expected(wanted)
        if not owned:
            wanted.owner = None
        self.job = self.id
        self.reader = Reader(wanted.tenant, self.id)
        self._dialect = telling
        self.telling = telling(self.id)

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
            self.telling = self._dialect(made.id)

    def _pieces(self) -> Iterator[str]:
        with departures.watched(request.environ, self.reader.stop):
            try:
                yield from self._told()
            except MillraceError as failure:
                if not self.telling.begun:
                    raise
                yield self.telling.failed(failure)
            finally:
                self._forget()

    def _told(self) -> Iterator[str]:
        held_until = time.monotonic() + HELD
        until = time.monotonic() + calls.MOST
        for said in tell(self.reader, self.telling, self._answer, until):
            if said is not None:
                yield said
            elif self.telling.begun or time.monotonic() > held_until:
                yield self.telling.still
        if not self.reader.ended:
            raise CallTimedOut if time.monotonic() > until else ClientGone

    def _answer(self) -> dict[str, Any]:
        waiter = self.waiter if self.job == self.id else None
        if waiter is not None and waiter.settlement is None:
            waiter.stirred.wait(SOON)
        found: dict[str, Any] = json.loads(calls.told(self.wanted, self.job, waiter)["body"])
        return found

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
