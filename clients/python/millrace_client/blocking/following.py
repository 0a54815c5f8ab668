# Made by unasync.py: change aio/ and run it again.
"""The events of a job, from any moment on, over as many connections as it takes."""

import json
import time
from collections.abc import Iterator

from millrace_client.blocking.pausing import pause
from millrace_client.blocking.reading import frames
from millrace_client.blocking.transport import SILENCE, Transport
from millrace_client.errors import TimedOut, Unreachable
from millrace_client.request import JOBS, Request, to
from millrace_client.retrying import backoff
from millrace_client.transcript import Event


def follow(
    transport: Transport, id: str, after: int = 0, timeout: float | None = None
) -> Iterator[Event]:
    """Each event once, in order, until the last. A connection that breaks is made again, behind the last event.

    `timeout` in seconds. Raises Unreachable when no connection can be made any more, TimedOut.
    """
    until = None if timeout is None else time.monotonic() + timeout
    path, fruitless = to(JOBS, id, "events"), 0
    while True:
        for event in _connection(transport, path, after, until):
            after, fruitless = event.seq, 0
            yield event
            if event.last:
                return
            _check(until, id)
        _check(until, id)
        if after and _is_over(transport, path, after):
            return
        pause(backoff(fruitless))
        fruitless += 1


def _connection(transport: Transport, path: str, after: int, until: float | None) -> Iterator[Event]:
    """What one connection brings, however it ends. Raises Unreachable where it cannot be made."""
    request = Request("GET", path, query={"after": after}, headers={"Accept": "text/event-stream"})
    made = False
    try:
        with transport.open(request, _silence(until)) as response:
            made = True
            for frame in frames(response):
                event = Event(int(frame.id), frame.event, json.loads(frame.data))
                if event.seq > after:
                    yield event
    except Unreachable:
        if not made and not _is_past(until):
            raise


def _is_over(transport: Transport, path: str, after: int) -> bool:
    """Whether there is nothing behind the last event: the stream was empty because it was read already."""
    polled = Request("GET", path, query={"after": after}, headers={"Accept": "application/json"})
    found = transport.ask(polled)
    return bool(found["ended"]) and not found["data"]


def _silence(until: float | None) -> float:
    """Seconds: never longer than what is left."""
    return SILENCE if until is None else min(SILENCE, max(0.1, until - time.monotonic()))


def _is_past(until: float | None) -> bool:
    return until is not None and time.monotonic() >= until


def _check(until: float | None, id: str) -> None:
    if _is_past(until):
        raise TimedOut(f"The job {id} has not ended in time. It goes on.", code="timeout")
