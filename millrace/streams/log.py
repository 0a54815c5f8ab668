"""Appending to and reading the replay window. The loss of Redis loses nothing but latency: Postgres answers then."""

import time
from collections.abc import Sequence
from pathlib import Path

from redis.commands.core import Script

from millrace import redis as millrace_redis
from millrace.grouping import Grouped
from millrace.streams import channels
from millrace.streams.events import LAST, Event, load

#: Seconds that a stream is kept after its last event.
KEPT = 3600

#: Seconds for which nothing is appended after Redis failed: a job must not wait for a dead server at every token.
AWAY = 1.0

_SCRIPT = Path(__file__).with_name("append.lua").read_text()
_away_until = 0.0


def append(job: str, events: Sequence[Event]) -> int | None:
    """Append these events of one job; how many were, or None when Redis is away. Fewer than given: we are a zombie."""
    if time.monotonic() < _away_until:
        return None
    return _append((job, events))


def append_many(group: Sequence[tuple[str, Sequence[Event]]]) -> None:
    """Append to the logs of many jobs in one pipeline."""
    if group and time.monotonic() >= _away_until:
        _append_group(group)


def _append_group(group: Sequence[tuple[str, Sequence[Event]]]) -> list[int | None]:
    """What falls together goes in one pipeline."""
    global _away_until
    client = millrace_redis.client()
    script = _script()
    try:
        with client.pipeline(transaction=False) as pipe:
            for job, events in group:
                pairs = [part for e in events for part in (f"{e.attempt}-{e.sequence}", e.dump())]
                script(keys=[channels.stream(job)], args=[channels.events(job), KEPT, *pairs], client=pipe)
            return list(pipe.execute())
    except millrace_redis.Gone:
        _away_until = time.monotonic() + AWAY
        return [None] * len(group)


_append = Grouped(_append_group, most=128)


def _script() -> Script:
    return millrace_redis.client().register_script(_SCRIPT)


def after(job: str, cursor: int, most: int = 500) -> list[Event]:
    """Up to `most` events after the one numbered `cursor`. Raises what redis raises when it is away."""
    start = f"({cursor >> 32}-{cursor & LAST}"
    rows = millrace_redis.client().xrange(channels.stream(job), min=start, count=most)
    return [load(fields[b"e"]) for _, fields in rows]
