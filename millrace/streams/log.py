"""Appending to and reading the replay window. The loss of Redis loses nothing but latency: Postgres answers then."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError

from millrace import crypto
from millrace import redis as millrace_redis
from millrace.crypto import fields
from millrace.errors import DatabaseUnavailable, Unreadable
from millrace.grouping import Grouped
from millrace.streams import channels
from millrace.streams.events import LAST, Event, load

#: Seconds that a stream is kept after its last event: while the job goes on, and after its end, which Postgres tells.
KEPT, KEPT_ENDED = 3600, 120

#: Seconds for which nothing is appended after Redis failed: a job must not wait for a dead server at every token.
AWAY = 3.0

_SCRIPT = Path(__file__).with_name("append.lua").read_text()
_SHA = hashlib.sha1(_SCRIPT.encode()).hexdigest()
_away_until = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """Events of one job, to be appended; and a message to somebody who waits for them, if anybody does.

    Without `kept` they are only published, after the state they tell of was committed: a log without text needs no
    replay window, since Postgres can tell all of it.
    """

    job: str
    events: Sequence[Event]
    kept: bool = True
    channel: str | None = None
    message: str = ""


def append(entry: Entry) -> int | None:
    """Append; how many events were, or None when Redis is away. Fewer than given: we are a zombie."""
    return None if time.monotonic() < _away_until else _append(entry)


def append_all(entries: Sequence[Entry]) -> list[int | None]:
    """Append to the logs of many jobs in one pipeline."""
    global _away_until
    if not entries or time.monotonic() < _away_until:
        return [None] * len(entries)
    try:
        answers = _pipeline(entries)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            millrace_redis.client().script_load(_SCRIPT)
            answers = _pipeline(entries)
        return [answer if isinstance(answer, int) else None for answer in answers]
    except (*millrace_redis.Gone, DatabaseUnavailable, Unreadable):
        _away_until = time.monotonic() + AWAY
        return [None] * len(entries)


_append = Grouped(append_all, most=128)


def _pipeline(entries: Sequence[Entry]) -> list[Any]:
    """One answer an entry: how many events were appended (None where they are not kept), or the error."""
    kept = [entry for entry in entries if entry.kept]
    with millrace_redis.client().pipeline(transaction=False) as pipe:
        for entry in kept:
            pairs = [part for e in entry.events for part in (f"{e.attempt}-{e.sequence}", _sealed(entry.job, e))]
            pipe.evalsha(_SHA, 1, channels.stream(entry.job), channels.events(entry.job), _seconds(entry), *pairs)
        for channel, message in _messages(entries):
            pipe.publish(channel, message)
        answers = iter(pipe.execute(raise_on_error=False)[: len(kept)])
    return [next(answers) if entry.kept else None for entry in entries]


def _messages(entries: Sequence[Entry]) -> Iterator[tuple[str, bytes | str]]:
    for entry in entries:
        if not entry.kept:
            yield from ((channels.events(entry.job), _sealed(entry.job, event)) for event in entry.events)
        if entry.channel:
            yield entry.channel, entry.message


def _seconds(entry: Entry) -> int:
    return KEPT_ENDED if entry.events[-1].terminal else KEPT


def after(job: str, cursor: int, most: int = 500) -> list[Event]:
    """Up to `most` events after the one numbered `cursor`. Raises what redis raises when it is away, and what `opened`
    does."""
    start = f"({cursor >> 32}-{cursor & LAST}"
    rows: Any = millrace_redis.client().xrange(channels.stream(job), min=start, count=most)
    return [opened(job, found[b"e"]) for _, found in rows]


def _sealed(job: str, event: Event) -> str:
    return crypto.seal(event.dump().decode(), fields.event_of(job))


def opened(job: str, message: bytes) -> Event:
    """An event of this job, as it was appended and published. Raises Unreadable, DatabaseUnavailable."""
    return load(crypto.unseal(message.decode(), fields.event_of(job)).encode())


def forget(jobs: Sequence[str]) -> None:
    """Take the events out of these jobs' windows. The windows stay until they expire, so that zombies stay shut out."""
    try:
        with millrace_redis.client().pipeline(transaction=False) as pipe:
            for job in jobs:
                pipe.xtrim(channels.stream(job), maxlen=0, approximate=False)
            pipe.execute()
    except millrace_redis.Gone:
        return
