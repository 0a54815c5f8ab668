"""Reading a job's events from a cursor on, with no gap and no double: what Socket.IO, SSE and polling share.

Subscribe and wait for the confirmation, read back after the cursor, then live, dropping what was seen; look again on
reconnect and after silence. Where the replay window has a gap, Postgres answers with a snapshot.
"""

import math
import time
from collections.abc import Iterator

from millrace import redis as millrace_redis
from millrace.errors import DatabaseUnavailable, Unreadable
from millrace.pubsub import LOOK_AGAIN, Watch, hub
from millrace.streams import channels, log
from millrace.streams.events import Event, follows, number
from millrace.streams.record import Record, record

#: Seconds of silence after which a reader looks again, and after which it does while a gap waits for a checkpoint.
SILENCE = 10.0
GAP = 0.5

#: Seconds to wait for Redis to confirm a subscription; without it a reader lives on looking again.
CONFIRMATION = 1.0


class Reader:
    """The events of one job after `cursor`. The caller has checked that the job may be read."""

    def __init__(self, tenant: str, job: str, cursor: int = 0) -> None:
        self.tenant = tenant
        self.job = job
        self.cursor = cursor
        self.ended = False
        self._gap = False
        self._stopped = False
        self._watch: Watch | None = None
        self._ahead = False

    def ahead(self) -> None:
        """Ask for the subscription before the job is made: `follow` has nothing to read back then, if it is confirmed.

        Should Redis have served a faster worker first, the next event does not follow on, and the reader catches up.
        `close` if it never follows.
        """
        self._watch = hub.watch(channels.events(self.job))
        self._ahead = True

    def close(self) -> None:
        """Listen no more."""
        if self._watch is not None:
            self._watch.close()

    def follow(self, until: float = math.inf) -> Iterator[Event | None]:
        """Events as they come, until the terminal one; None after each silence, so that the caller can say it lives.

        `until`: when to stop all the same, by the monotonic clock.
        """
        with self._watch or hub.watch(channels.events(self.job)) as watch:
            self._watch = watch
            if watch.subscribed(CONFIRMATION) and self._ahead:
                yield from self._move(Event(number(0, 1), "queued"))
            else:
                yield from self.catch_up(thorough=False)
            while not self.ended and not self._stopped and (left := until - time.monotonic()) > 0:
                message = watch.get(timeout=min(left, GAP if self._gap else SILENCE))
                if message is None or message == LOOK_AGAIN:
                    found = list(self.catch_up())
                    yield from found
                    if not found and message is None and not self._gap:
                        yield None
                else:
                    yield from self._heard(message)

    def stop(self) -> None:
        """End `follow`, from another thread."""
        self._stopped = True
        if self._watch is not None:
            self._watch.put(LOOK_AGAIN)

    def _heard(self, message: bytes) -> Iterator[Event]:
        try:
            event = log.opened(self.job, message)
        except (DatabaseUnavailable, Unreadable):
            yield from self.catch_up()
            return
        if event.seq <= self.cursor:
            return
        if follows(event, self.cursor):
            yield from self._move(event)
        else:
            yield from self.catch_up()

    def catch_up(self, thorough: bool = True) -> Iterator[Event]:
        """What is there now: from the replay window where it has no gap, and from Postgres.

        Not `thorough`: a window that is whole and has news needs no second opinion. Good enough for who stays and
        looks again after a silence; an end that Redis never heard of would be missing.
        """
        if self.cursor == 0:
            yield from self._move(Event(number(0, 1), "queued"))
        was = self.cursor
        try:
            yield from self._replay()
            if not self.ended and (thorough or self._gap or self.cursor == was):
                yield from self._from_record(record(self.tenant, self.job))
        except DatabaseUnavailable:
            self._gap = True

    def _replay(self) -> Iterator[Event]:
        """Move along the replay window as far as it is whole."""
        self._gap = False
        while not self.ended and not self._gap:
            try:
                page = log.after(self.job, self.cursor)
            except millrace_redis.Gone:
                return
            except Unreadable:
                self._gap = True
                return
            for event in page:
                if not follows(event, self.cursor):
                    self._gap = True
                    return
                yield from self._move(event)
            if len(page) < 500:
                return

    def _from_record(self, found: Record | None) -> Iterator[Event]:
        """Go on from what Postgres knows, where it knows more than the cursor."""
        if found is None:
            self.ended = True
            return
        for event in found.events(self.cursor, whole=not self._gap):
            yield from self._move(event)
        if self._gap and not self.ended:
            yield from self._replay()

    def _move(self, event: Event) -> Iterator[Event]:
        if event.attempt > self.cursor >> 32 and self._unclosed() and event.type != "reset":
            yield Event(number(event.attempt, 0), "reset", {"attempt": event.attempt})
        self.cursor = event.seq
        self.ended = event.terminal
        yield event

    def _unclosed(self) -> bool:
        """True when the reader may hold text of an attempt whose end it has not seen."""
        return self.cursor > number(0, 1) and self.cursor & 0xFFFFFFFF not in (0, 0xFFFFFFFF)
