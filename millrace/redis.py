"""Redis: the doorbell, the replay window and a cache. Whoever calls it says what its loss does."""

from functools import lru_cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from millrace.settings import settings

#: What Redis raises when it is away; catch it and go on without.
Gone = (redis.ConnectionError, redis.TimeoutError, redis.exceptions.BusyLoadingError, redis.ReadOnlyError)

#: Seconds: loopback answers in microseconds, and nobody should wait long for what may be lost.
TIMEOUT = 2.0


@lru_cache
def client() -> redis.Redis:
    """The pool of this process. A stale connection is tried once more, a dead server not."""
    return redis.Redis.from_url(
        settings().redis,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=0,
        protocol=2,
    )
