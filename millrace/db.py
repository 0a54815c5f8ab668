"""Postgres, the truth. `call` is one statement in one round trip; `transaction` is for the rest.

Hot statements are functions of the database (millrace/migrations/functions) that take a JSON list, so that a group of
requests costs one parse, one commit and one round trip.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from millrace.errors import DatabaseUnavailable
from millrace.settings import settings

#: Connections of one process. They are held for milliseconds, so a few serve hundreds of slots; none beyond these is
#: made, since making one costs more than waiting for one.
POOL_SIZE = 16

#: A client that is stopped in the middle of a transaction must not hold its locks.
SERVER_SETTINGS = "-c idle_in_transaction_session_timeout=10s -c statement_timeout=60s -c jit=off -c timezone=UTC"

#: Seconds (the last: milliseconds) after which a silent server is given up, so that a lease's holder notices in time.
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 10_000}


@lru_cache
def engine() -> Engine:
    """The pool of this process, with autocommit: a statement is a transaction unless one was begun."""
    made = create_engine(
        settings().database.replace("postgresql://", "postgresql+psycopg2://", 1),
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=10,
        pool_reset_on_return=None,
        pool_recycle=1800,
        connect_args={"options": SERVER_SETTINGS, **PATIENCE},
    )
    event.listen(made, "connect", _keep_as_text)
    return made


def _forget_inherited() -> None:
    """A child must not use, nor close, its parent's connections."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
        engine.cache_clear()


os.register_at_fork(after_in_child=_forget_inherited)

#: Identifiers stay text inside: they come from JSON and go to JSON.
_UUID_AS_TEXT = psycopg2.extensions.new_type((2950,), "UUID_AS_TEXT", lambda value, _: value)


def _keep_as_text(connection: Any, _record: Any) -> None:
    """Bodies go from the database to the wire as they are; whoever needs one parsed, parses it."""
    psycopg2.extensions.register_type(_UUID_AS_TEXT, connection)
    psycopg2.extras.register_default_json(connection, loads=lambda text: text)
    psycopg2.extras.register_default_jsonb(connection, loads=lambda text: text)


def call(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement, which commits by itself; rows, or none.

    Raises DatabaseUnavailable when the database cannot be reached or went away: the outcome is then unknown, so every
    statement that writes must bear being sent again. A statement that meets a stale connection is sent once more.
    """
    for last in (False, True):
        try:
            return _execute(sql, parameters)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, DBAPIError, PoolTimeout) as failure:
            if last or isinstance(failure, PoolTimeout) or _unreachable(failure):
                raise DatabaseUnavailable from failure
            # The server went away: what else lies in the pool is as stale as this one was.
            engine().dispose()
    raise AssertionError("unreachable")


def _execute(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    pooled = engine().raw_connection()
    try:
        cursor = pooled.cursor()
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []
    except BaseException as failure:
        if pooled.dbapi_connection is None or pooled.dbapi_connection.closed or not isinstance(failure, psycopg2.Error):
            pooled.invalidate()
        raise
    finally:
        pooled.close()


def _unreachable(failure: Exception) -> bool:
    """True when connecting itself failed: another try at once would fail too."""
    cause = getattr(failure, "orig", failure)
    return isinstance(cause, psycopg2.OperationalError) and "connection to server" in str(cause)


@contextmanager
def transaction() -> Iterator[Connection]:
    """A transaction: committed at the end, rolled back by an exception."""
    try:
        with engine().connect() as connection:
            with connection.execution_options(isolation_level="READ COMMITTED").begin():
                yield connection
    except DBAPIError as failure:
        if failure.connection_invalidated or isinstance(failure.orig, psycopg2.OperationalError):
            raise DatabaseUnavailable from failure
        raise
