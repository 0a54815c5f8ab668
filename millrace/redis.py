"""Redis: the doorbell, the replay window and a cache. Whoever calls it says what its loss does."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from millrace.settings import settings

#: What Redis raises when it is away; catch it and go on without.
Gone = (redis.ConnectionError, redis.TimeoutError, redis.exceptions.BusyLoadingError, redis.ReadOnlyError)

#: Seconds: loopback answers in microseconds, and nobody should wait long for what may be lost.
TIMEOUT = 2.0

#: Seconds for calls whose caller waits: a healthy Redis takes a thousandth of it, a stopped one says nothing.
HURRIED = 0.3

#: Seconds for which such calls do not even ask, after one of them got no answer.
QUIET = 3.0


@lru_cache
def client() -> redis.Redis:
    """The pool of this process. A stale connection is tried once more, a dead server not."""
    return redis.Redis.from_url(settings().redis, socket_timeout=TIMEOUT, retry=Retry(NoBackoff(), 1), **_COMMON)


@lru_cache
def hurried() -> redis.Redis:
    """The same, for what a request waits for: all of them together lose HURRIED seconds to a silent server, once."""
    retry = _Listening(NoBackoff(), 1, (redis.ConnectionError,))
    return redis.Redis(connection_pool=_Pool.from_url(settings().redis, socket_timeout=HURRIED, retry=retry, **_COMMON))


_COMMON: dict[str, Any] = {"socket_connect_timeout": 1.0, "health_check_interval": 0, "protocol": 2}

_quiet_until = 0.0


class _Listening(Retry):
    """Remembers when nobody answered."""

    def call_with_retry(self, do: Callable[[], Any], *given: Any, **named: Any) -> Any:
        global _quiet_until
        try:
            return super().call_with_retry(do, *given, **named)
        except (redis.ConnectionError, redis.TimeoutError):
            _quiet_until = time.monotonic() + QUIET
            raise


class _Pool(redis.ConnectionPool):
    """Gives no connection while nobody answers."""

    def get_connection(self, *given: Any, **named: Any) -> Any:
        if time.monotonic() < _quiet_until:
            raise redis.ConnectionError("Redis did not answer a moment ago")
        return super().get_connection(*given, **named)
