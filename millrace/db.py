"""Postgres, the truth. `call` is one statement in one round trip; `transaction` is for the rest.

Hot statements are functions of the database (millrace/migrations/functions) that take a JSON list, so that a group of
requests costs one parse, one commit and one round trip.

A process speaks as one of three roles (millrace/migrations/walls.py). As the API it sees the rows of the tenants that a
statement names, and no others: `tenants` is set in the statement's own transaction, and in the same round trip.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from millrace import master
from millrace.errors import DatabaseUnavailable
from millrace.settings import settings

#: Connections of one process. They are held for milliseconds, so a few serve hundreds of slots; none beyond these is
#: made, since making one costs more than waiting for one.
POOL_SIZE = 16

#: A client that is stopped in the middle of a transaction must not hold its locks.
SERVER_SETTINGS = "-c idle_in_transaction_session_timeout=10s -c statement_timeout=60s -c jit=off -c timezone=UTC"

#: Seconds (the last: milliseconds) after which a silent server is given up, so that a lease's holder notices in time.
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 10_000}

Role = Literal["owner", "api", "worker"]

_role: Role = "owner"


def act_as(role: Role) -> None:
    """Say, before the first statement, as whom this process speaks: the owner unless it does."""
    global _role
    _role = role
    _own_url.cache_clear()


def url(role: Role) -> str:
    """Where a role connects: as given, or with a name and a password made from the owner's URL and the master key."""
    owner = make_url(settings().database)
    given = {"owner": "", "api": settings().database_api_url, "worker": settings().database_worker_url}[role]
    if role == "owner" or given:
        return given.replace("postgres://", "postgresql://", 1) or settings().database
    name = role_name(role)
    return owner.set(username=name, password=role_password(name)).render_as_string(hide_password=False)


def role_name(role: Role) -> str:
    """The name of a role in Postgres, where every database of a cluster sees the roles of all."""
    return f"{make_url(settings().database).database or 'millrace'}_{role}"


def role_password(name: str) -> str:
    return master.derive(f"database role {name}").hex()


def engine(replica: bool = False) -> Engine:
    """The pool of this process, with autocommit: a statement is a transaction unless one was begun."""
    return _engine((replica and settings().database_read_url) or _own_url())


@lru_cache
def _own_url() -> str:
    return url(_role)


@lru_cache
def _engine(where: str) -> Engine:
    made = create_engine(
        where.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg2://", 1),
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=10,
        pool_reset_on_return=None,
        pool_recycle=1800,
        # An exception's message goes into logs, and parameters are what somebody sent us.
        hide_parameters=True,
        connect_args={"options": SERVER_SETTINGS, **PATIENCE},
    )
    event.listen(made, "connect", _keep_as_text)
    _pools.append(made)
    return made


#: What this process has opened.
_pools: list[Engine] = []


def _forget_inherited() -> None:
    """A child must not use, nor close, its parent's connections."""
    for pool in _pools:
        pool.dispose(close=False)
    _pools.clear()
    _engine.cache_clear()


os.register_at_fork(after_in_child=_forget_inherited)

#: Identifiers stay text inside: they come from JSON and go to JSON.
_UUID_AS_TEXT = psycopg2.extensions.new_type((2950,), "UUID_AS_TEXT", lambda value, _: value)
_UUIDS_AS_TEXT = psycopg2.extensions.new_array_type((2951,), "UUIDS_AS_TEXT", _UUID_AS_TEXT)


def _keep_as_text(connection: Any, _record: Any) -> None:
    """Bodies go from the database to the wire as they are; whoever needs one parsed, parses it."""
    psycopg2.extensions.register_type(_UUID_AS_TEXT, connection)
    psycopg2.extensions.register_type(_UUIDS_AS_TEXT, connection)
    psycopg2.extras.register_default_json(connection, loads=lambda text: text)
    psycopg2.extras.register_default_jsonb(connection, loads=lambda text: text)


def call(
    sql: str,
    parameters: Sequence[Any] | Mapping[str, Any] = (),
    *,
    tenants: Collection[str] = (),
    user: str | None = None,
    replica: bool = False,
) -> list[tuple[Any, ...]]:
    """Run one statement, which commits by itself; rows, or none.

    `tenants` and `user`: whose rows it may see and write, when this process is the API. `replica`: a report, which may
    be read from DATABASE_READ_URL.

    Raises DatabaseUnavailable when the database cannot be reached or went away: the outcome is then unknown, so every
    statement that writes must bear being sent again. A statement that meets a stale connection is sent once more.
    """
    pool = engine(replica)
    sql = _scope(tenants, user) + sql
    for last in (False, True):
        try:
            return _execute(pool, sql, parameters)
        except (psycopg2.Error, DBAPIError, PoolTimeout) as failure:
            if not _away(failure):
                raise
            if last or isinstance(failure, PoolTimeout) or _unreachable(failure):
                raise DatabaseUnavailable from failure
            # The server went away: what else lies in the pool is as stale as this one was.
            pool.dispose()
    raise AssertionError("unreachable")


def _scope(tenants: Collection[str], user: str | None) -> str:
    """What goes before a statement: several in one string are one transaction, so this holds for it alone.

    Nothing for the other roles, whose policies do not ask.
    """
    if _role != "api":
        return ""
    scope = f"SET LOCAL millrace.tenants = '{_list(tenants)}'; " if tenants else ""
    return scope + (f"SET LOCAL millrace.acting_user = '{_list([user])}'; " if user else "")


def _list(ids: Collection[str]) -> str:
    """Identifiers come from our own tables; all the same, nothing else may get between these quotes."""
    joined = ",".join(ids)
    if not joined.replace(",", "").replace("-", "").isalnum():
        raise ValueError("not identifiers")
    return joined


def _execute(pool: Engine, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    pooled = pool.raw_connection()
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


def _away(failure: Exception) -> bool:
    """True when the database is not there, and the statement is not at fault.

    Of a connection that ends in the middle of an answer libpq gives no code, and psycopg2 its bare DatabaseError.
    """
    cause = getattr(failure, "orig", failure)
    if type(cause) is psycopg2.DatabaseError:
        return cause.pgcode is None
    return isinstance(cause, (psycopg2.OperationalError, psycopg2.InterfaceError, PoolTimeout))


def _unreachable(failure: Exception) -> bool:
    """True when connecting itself failed: another try at once would fail too."""
    cause = getattr(failure, "orig", failure)
    return isinstance(cause, psycopg2.OperationalError) and "connection to server" in str(cause)


@contextmanager
def transaction(
    *, tenants: Collection[str] = (), user: str | None = None, replica: bool = False
) -> Iterator[Connection]:
    """A transaction: committed at the end, rolled back by an exception. The arguments are those of `call`."""
    pool = engine(replica)
    try:
        with pool.connect() as connection:
            with connection.execution_options(isolation_level="READ COMMITTED").begin():
                if scope := _scope(tenants, user):
                    connection.execute(text(scope))
                yield connection
    except (psycopg2.Error, DBAPIError, PoolTimeout) as failure:
        if getattr(failure, "connection_invalidated", False) or _away(failure):
            raise DatabaseUnavailable from failure
        raise
