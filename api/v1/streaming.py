"""A streamed call: the events of its job, told in the caller's dialect. It never restarts after its first delta."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from flask import Response, request

from api.departures import departures
from api.events import STREAMING
from api.v1 import caching, calls
from api.v1.alongside import Alongside, CameToNothing
from api.v1.telling import Telling, tell
from api.waiting import replies
from millrace import ids
from millrace.errors import CallTimedOut, ClientGone, MillraceError
from millrace.jobs.submit import Submission, submit
from millrace.streams.events import LAST, Event, number
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
        self.id = ids.new()
        self.waiter = calls.expected(wanted, self.id)
        # Who may come back later needs a job of its own from the beginning.
        self._follows = owned
        if not owned:
            wanted.owner = None
        self.job = self.id
        self.reader = Reader(wanted.tenant, self.id)
        #: True once the job is ours to end; and once there is one that fails in its own way.
        self._asked = False
        self._under_way = False
        self._dialect = telling
        self.telling = telling(self.id)

    def response(self) -> Response:
        """Begun: its status is that of the first thing that happened. Raises what the job failed with before that."""
        try:
            pieces = self._pieces()
            first = next(pieces)
        except BaseException:
            self._forget()
            raise
        response = Response(_Begun(first, pieces), headers=STREAMING, mimetype="text/event-stream")
        response.headers["x-request-id"] = ids.show("job", self.job)
        return response

    def _pieces(self) -> Iterator[str]:
        held_until, said = time.monotonic() + HELD, False
        try:
            for piece in self._told(time.monotonic() + calls.MOST):
                if piece is not None or self.telling.begun or time.monotonic() > held_until:
                    said = True
                    yield piece or self.telling.still
        except MillraceError as failure:
            if not said and not (self._under_way and self.telling.begun):
                raise
            yield self.telling.failed(failure)
        finally:
            self._forget()

    def _told(self, until: float) -> Iterator[str | None]:
        """From the cache, along with another call for the same, or of our own job."""
        hit = caching.found(self.wanted, self.id)
        for _ in range(caching.TRIES if self._follows and not hit else 0):
            follower = caching.followed(self.wanted, self.id)
            if follower is None:
                break
            with suppress(CameToNothing):
                yield from Alongside(self.wanted, self.id, follower, self.telling).told(until)
                return
        if hit is not None and hit.new:
            yield self.telling.end(Event(number(1, LAST), "succeeded"), json.loads(hit.entry.body))
        else:
            yield from self._followed(hit.job if hit else self._submitted(), until)

    def _submitted(self) -> str:
        self.reader.ahead()
        self._asked = True
        made = submit(self.wanted, self.id)
        self._asked = made.new
        return made.id

    def _followed(self, job: str, until: float) -> Iterator[str | None]:
        if job != self.id:
            # Another request with this key made the job: its events are read from their beginning.
            self.reader.close()
            self.job, self.reader = job, Reader(self.wanted.tenant, job)
            self.telling = self._dialect(job)
        self._under_way = True
        with departures.watched(request.environ, self.reader.stop):
            yield from tell(self.reader, self.telling, self._answer, until)
        if not self.reader.ended:
            raise CallTimedOut if time.monotonic() > until else ClientGone

    def _answer(self) -> dict[str, Any]:
        waiter = self.waiter if self.job == self.id else None
        if waiter is not None and waiter.settlement is None:
            waiter.stirred.wait(SOON)
        found: dict[str, Any] = json.loads(calls.told(self.wanted, self.job, waiter)["body"])
        return found

    def _abandon(self) -> None:
        if self._asked and not self.reader.ended:
            calls.abandon(self.wanted, self.job)

    def _forget(self) -> None:
        replies.forget(self.id)
        self.reader.close()
        self._abandon()
        caching.landed(self.wanted, self.id)


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
