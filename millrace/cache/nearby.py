"""The second level: Redis, which all processes share. Sealed there: its file lives longer than its entries."""

import time
from collections.abc import Sequence

from redis.exceptions import RedisError

from millrace import redis as millrace_redis
from millrace.cache.entry import Entry, unsealed
from millrace.errors import DatabaseUnavailable, Unreadable
from millrace.grouping import Grouped
from millrace.settings import settings
from millrace.streams import channels
from millrace.telemetry import logger

log = logger(__name__)

#: Characters of a body; larger ones are left to Postgres.
LARGEST = 1_000_000

#: Seconds for which Redis is left alone after it failed: a miss must not wait for a dead server.
AWAY = 3.0

_away_until = 0.0


def find(key: str) -> Entry | None:
    """None without Redis, too."""
    return None if time.monotonic() < _away_until else _find(key)


def _find_group(keys: Sequence[str]) -> list[Entry | None]:
    try:
        found = millrace_redis.client().mget([channels.cached(key) for key in keys])
    except RedisError:
        _lost()
        return [None] * len(keys)
    return [_read(key, raw) if raw else None for key, raw in zip(keys, found, strict=True)]  # type: ignore[arg-type]


_find = Grouped(_find_group, most=64)


def _read(key: str, raw: bytes) -> Entry | None:
    try:
        return unsealed(raw.decode(), key)
    except (Unreadable, DatabaseUnavailable, ValueError, TypeError):
        return None


def put(key: str, entry: Entry) -> None:
    """Until it is too old. Without Redis it is in Postgres all the same."""
    left = int(entry.made_at + settings().cache_seconds - time.time())
    if left <= 0 or len(entry.body) > LARGEST or time.monotonic() < _away_until:
        return
    try:
        millrace_redis.client().set(channels.cached(key), entry.sealed(key), ex=left)
    except RedisError:
        _lost()
    except (DatabaseUnavailable, Unreadable):
        return


def drop(keys: Sequence[str]) -> None:
    """What stays, because Redis is away, is void all the same (see answer_jobs.sql)."""
    try:
        for start in range(0, len(keys), 500):
            millrace_redis.client().unlink(*[channels.cached(key) for key in keys[start : start + 500]])
    except RedisError:
        log.warning("purged answers stay in Redis until they are too old; nobody is answered with them")


def _lost() -> None:
    global _away_until
    _away_until = time.monotonic() + AWAY
