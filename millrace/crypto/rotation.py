"""Rotating keys beside a live system. Processes hear of it by themselves: of a new data key within a minute
(data_keys.BELIEVED), of a new master key in MILLRACE_HOME when they meet a data key that is wrapped by it.

A master key that comes from MASTER_KEY cannot be written from here: what to set it to is answered instead.
"""

import secrets

from sqlalchemy import Connection, text

from millrace import audit, db, master
from millrace.crypto import data_keys, wrapping
from millrace.master import Master
from millrace.settings import settings

_REWRAP = "UPDATE data_keys SET wrapped = :new WHERE id = :id AND wrapped = :old"


def rotate_data_key() -> int:
    """A new data key, with which everything is sealed from now on; its id."""
    with db.transaction() as connection:
        connection.execute(text(data_keys.LOCK))
        made = data_keys.make(connection)
        _note(connection, audit.Act.data_key_rotated, f"data_key:{made.id}")
    return made.id


def rotate_master_key() -> str | None:
    """A new master key, which wraps every data key; the old one stays until `finish`. Goes on where it was interrupted.

    None when it is done; else what MASTER_KEY must be set to, in every process, before this is called again.
    """
    with db.transaction() as connection:
        connection.execute(text(data_keys.LOCK))
        old = master.master()
        if settings().master_key and len(old.keys) == 1:
            return _newer(old).dump()
        if not settings().master_key and not _behind(connection):
            master.write(_newer(old))
        _rewrap(connection)
    return None


def _newer(old: Master) -> Master:
    return Master((secrets.token_bytes(master.SIZE), *old.keys), old.root)


def finish() -> str | None:
    """Drop the master keys that were replaced, once nothing is wrapped by them. Answers as `rotate_master_key` does."""
    with db.transaction() as connection:
        connection.execute(text(data_keys.LOCK))
        if _behind(connection):
            _rewrap(connection)
    # Only after the commit: until then the database needs the old ones.
    found = master.master()
    left = Master(found.keys[:1], found.root)
    if found == left:
        return None
    if settings().master_key:
        return left.dump()
    master.write(left)
    return None


def _behind(connection: Connection) -> list[tuple[int, str]]:
    """The data keys that an older master key wraps."""
    rows = connection.execute(text("SELECT id, wrapped FROM data_keys ORDER BY id"))
    return [(id, wrapped) for id, wrapped in rows if not wrapping.is_under_newest(wrapped)]


def _rewrap(connection: Connection) -> None:
    behind = _behind(connection)
    for id, wrapped in behind:
        new = wrapping.wrap(wrapping.unwrap(wrapped, id), id)
        connection.execute(text(_REWRAP), {"id": id, "old": wrapped, "new": new})
    name = wrapping.fingerprint(master.master().keys[0])
    _note(connection, audit.Act.master_key_rotated, f"master_key:{name}", data_keys=len(behind))


def _note(connection: Connection, act: audit.Act, target: str, **details: int) -> None:
    audit.note(act, actor="system", tenant=None, target=target, details=details, connection=connection)
