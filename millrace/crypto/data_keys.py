"""Data keys: what fields are encrypted with. They lie in the database, wrapped by the master key.

The newest one seals. It is made on first use, and replaced by whoever seals first when it is a week old.
"""

import os
import secrets
import threading
import time
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, text

from millrace import db, master
from millrace.crypto import wrapping
from millrace.errors import DatabaseUnavailable, Unreadable

#: Seconds that one data key seals: far from the number of messages that AES-GCM bears (sealing.py).
LIFE = 7 * 86_400.0

#: Seconds for which the newest known key is believed to be the newest; while the database is away, so many more.
BELIEVED, AWAY = 60.0, 2.0

#: Whoever makes or rewraps data keys holds this, so that none is wrapped by a master key that goes.
LOCK = "SELECT pg_advisory_xact_lock(7201121)"

_NEWEST = """
SELECT id, wrapped, extract(epoch FROM clock_timestamp() - created_at) FROM data_keys ORDER BY id DESC LIMIT 1
"""

_ID = "SELECT nextval(pg_get_serial_sequence('data_keys', 'id'))"

_ADD = "INSERT INTO data_keys (id, wrapped) OVERRIDING SYSTEM VALUE VALUES (:id, :wrapped)"


@dataclass(slots=True)
class DataKey:
    """An unwrapped key, ready for use. `until`: when, by the monotonic clock, somebody must look for a newer one."""

    id: int
    cipher: AESGCM
    until: float = 0.0


_known: dict[int, DataKey] = {}
_current: DataKey | None = None
_lock = threading.Lock()


def _unlock() -> None:
    """A child of a fork must not wait for a thread that it does not have."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock)


def current() -> DataKey:
    """The key to seal with: from memory, but for one look a minute. Raises DatabaseUnavailable, Unreadable."""
    known = _current
    if known is not None and (known.until > time.monotonic() or not _lock.acquire(blocking=False)):
        return known
    if known is None:
        _lock.acquire()
    try:
        return _looked_up()
    finally:
        _lock.release()


def _looked_up() -> DataKey:
    """The newest key, made if need be; with the database away, the one we have."""
    global _current
    if _current is not None and _current.until > time.monotonic():
        return _current
    try:
        found, left = _newest()
    except DatabaseUnavailable:
        if _current is None:
            raise
        found, left = _current, AWAY
    found.until = time.monotonic() + min(BELIEVED, left)
    _current = found
    return found


def _newest() -> tuple[DataKey, float]:
    """The newest key, and for how many seconds it is to seal."""
    rows = db.call(_NEWEST)
    if rows and rows[0][2] < LIFE:
        return _opened(rows[0][0], rows[0][1]), LIFE - float(rows[0][2])
    with db.transaction() as connection:
        connection.execute(text(LOCK))
        row = connection.execute(text(_NEWEST)).first()
        if row is not None and row[2] < LIFE:
            return _opened(row[0], row[1]), LIFE - float(row[2])
        return make(connection), LIFE


def make(connection: Connection) -> DataKey:
    """A new data key, in a transaction that holds LOCK. Raises Unreadable where the last one cannot be read: then our
    master key is not this database's, and what we sealed nobody else could read."""
    master.reload()
    last = connection.execute(text(_NEWEST)).first()
    if last is not None:
        wrapping.unwrap(last[1], last[0])
    id, key = int(connection.execute(text(_ID)).scalar_one()), secrets.token_bytes(32)
    connection.execute(text(_ADD), {"id": id, "wrapped": wrapping.wrap(key, id)})
    return DataKey(id, AESGCM(key))


def by_id(id: int) -> DataKey:
    """The key of that id: from memory, or by one look. Raises Unreadable, DatabaseUnavailable."""
    known = _known.get(id)
    if known is None:
        rows = db.call("SELECT wrapped FROM data_keys WHERE id = %s", (id,))
        if not rows:
            raise Unreadable(f"Data key {id} is not in the database.")
        known = _opened(id, rows[0][0])
    return known


def _opened(id: int, wrapped: str) -> DataKey:
    known = _known.get(id)
    if known is None:
        known = _known[id] = DataKey(id, AESGCM(wrapping.unwrap(wrapped, id)))
    return known
