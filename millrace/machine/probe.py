"""Looking at what Millrace needs from this machine: each probe says what is wrong, or nothing."""

import socket
import time
from collections.abc import Callable

import psycopg2
import redis
from sqlalchemy.engine import make_url

from millrace.settings import settings

#: Seconds for a server to answer one probe.
PATIENCE = 2


def database_problem() -> str | None:
    """Why Postgres cannot be used, or None. The database itself may still be missing: migrating makes it."""
    try:
        psycopg2.connect(settings().database, connect_timeout=PATIENCE).close()
    except psycopg2.OperationalError as failure:
        name = make_url(settings().database).database
        return None if f'database "{name}" does not exist' in str(failure) else first_line(failure)
    return None


def redis_problem() -> str | None:
    """Why Redis cannot be used, or None."""
    try:
        with redis.Redis.from_url(settings().redis, socket_timeout=PATIENCE, protocol=2) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as failure:
        return first_line(failure)
    return None


def wait_until(problem: Callable[[], str | None], seconds: float) -> str | None:
    """Wait until a probe finds nothing wrong; its last word if that takes too long."""
    deadline = time.monotonic() + seconds
    while found := problem():
        if time.monotonic() > deadline:
            return found
        time.sleep(0.05)
    return None


def port_free(host: str, port: int) -> bool:
    """Whether we could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_port(host: str) -> int:
    """A port that is free now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def first_line(failure: Exception) -> str:
    """An exception in one line."""
    return (str(failure).strip() or type(failure).__name__).splitlines()[0]
