"""A streamed call that follows another one for the same: it tells that one's events, and is metered at the end."""

import json
import time
from collections.abc import Iterator
from typing import Any

from flask import request

from api.departures import departures
from api.v1 import caching
from api.v1.telling import BROKE_OFF, Telling, tell
from millrace.cache.flights import Follower
from millrace.errors import CallFailed, CallTimedOut, ClientGone, MillraceError
from millrace.jobs.submit import Submission
from millrace.streams.reader import Reader


class CameToNothing(Exception):
    """The job that was followed ended without an answer, and nothing was told of it."""


class Alongside:
    """What is told of the job that `follower` follows, as the job `id` of its own, which it becomes at its end."""

    def __init__(self, wanted: Submission, id: str, follower: Follower, telling: Telling) -> None:
        self._wanted = wanted
        self._id = id
        self._follower = follower
        self._telling = telling
        self._reader = Reader(wanted.tenant, follower.flight.leader)

    def told(self, until: float) -> Iterator[str | None]:
        """As `tell` tells. Raises CameToNothing, CallTimedOut, ClientGone, CallFailed."""
        said = False
        with departures.watched(request.environ, self._leave):
            self._follower.flight.begun.wait(max(0.0, until - time.monotonic()))
            try:
                for piece in tell(self._reader, self._telling, self._answer, until):
                    said = said or piece is not None
                    yield piece
            except MillraceError as failure:
                raise failure if said else CameToNothing from failure
        if self._follower.gone:
            raise ClientGone
        if not self._reader.ended:
            raise CallTimedOut
        if not said:
            raise CameToNothing

    def _leave(self) -> None:
        self._follower.leave()
        self._reader.stop()

    def _answer(self) -> dict[str, Any]:
        """Its whole answer, metered as ours. Raises CallFailed where it may not be used any more."""
        entry = caching.awaited(self._follower, time.monotonic() + caching.SOON)
        if entry is None or caching.metered(self._wanted, self._id, entry) is None:
            raise CallFailed(BROKE_OFF, status=502, code="stream_broken")
        found: dict[str, Any] = json.loads(entry.body)
        return found
