"""Exact hits: memory, then Redis, then Postgres; what is found further away is brought nearer."""

import threading
from functools import lru_cache

from redis.exceptions import RedisError

from millrace import redis as millrace_redis
from millrace.cache import nearby, table
from millrace.cache.entry import Entry
from millrace.cache.memory import Memory
from millrace.pubsub import LOOK_AGAIN, Watch, hub
from millrace.settings import settings
from millrace.streams import channels

_lock = threading.Lock()
_watch: Watch | None = None


@lru_cache
def memory() -> Memory:
    """This process's."""
    return Memory(settings().cache_memory_bytes)


def find(tenant: str, key: str) -> Entry | None:
    """The answer under this key, if there is one that is young enough. Whoever answers with it must see that it was not
    purged meanwhile (millrace/jobs/answer.py does)."""
    found = memory().get(key)
    if found is None:
        found = nearby.find(key)
        if found is not None:
            _remember(key, found)
    return found or _from_table(tenant, key)


def _from_table(tenant: str, key: str) -> Entry | None:
    found = table.find(tenant, key)
    if found is not None:
        keep(key, found)
    return found


def keep(key: str, entry: Entry) -> None:
    """Bring an answer near, which Postgres has already (settle_jobs.sql)."""
    _remember(key, entry)
    nearby.put(key, entry)


def _remember(key: str, entry: Entry) -> None:
    _listen()
    memory().put(key, entry)


def forget(key: str) -> None:
    """It turned out to be void."""
    memory().drop(key)
    nearby.drop([key])


def _listen() -> None:
    """Hear of purges, to give the memory back. An entry that we did not hear of is void all the same."""
    global _watch
    if _watch is None:
        with _lock:
            if _watch is None:
                _watch = hub.watch(channels.PURGED, hear=_hear)


def _hear(message: bytes) -> None:
    if message != LOOK_AGAIN:
        tenant, _, model = message.decode().partition(" ")
        memory().purge(tenant or None, model or None)


def tell_purged(tenant: str | None, model: str | None) -> None:
    """All processes, this one among them."""
    memory().purge(tenant, model)
    try:
        millrace_redis.client().publish(channels.PURGED, f"{tenant or ''} {model or ''}")
    except RedisError:
        return
