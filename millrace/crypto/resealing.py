"""Sealing again what lies under older data keys, or in clear from before there was sealing.

It walks each table by its key, a batch at a time, beside a live system: a row that changed meanwhile is left to whoever
changed it. Interrupted, it can simply be run again: what is done is passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from millrace import audit, crypto, db
from millrace.crypto import data_keys
from millrace.crypto.fields import FIELDS, Field
from millrace.crypto.sealing import MARK
from millrace.errors import Unreadable

#: Rows of a batch.
BATCH = 200


@dataclass(slots=True)
class Progress:
    """What became of one column so far: rows that were sealed anew, and rows that nobody can read any more."""

    field: Field
    sealed: int = 0
    unreadable: int = 0


def reseal() -> Iterator[Progress]:
    """Seal everything under the newest data key. Yields after each batch."""
    total = unreadable = 0
    for field in FIELDS:
        done = Progress(field)
        for done in _reseal(field):
            yield done
        total, unreadable = total + done.sealed, unreadable + done.unreadable
    details = {"rows": total, "unreadable": unreadable}
    audit.note(audit.Act.resealed, actor="system", tenant=None, details=details)


def _reseal(field: Field) -> Iterator[Progress]:
    done = Progress(field)
    after: Sequence[Any] = ()
    while rows := _behind(field, after):
        for *key, old in rows:
            _seal_again(field, key, old, done)
        after = rows[-1][:-1]
        yield done


def _behind(field: Field, after: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The next rows, by key, that are not under the newest data key; what was erased is empty."""
    mark = f"{MARK}{data_keys.current().id}."
    key = ", ".join(field.key)
    later = f"AND ({key}) > ({', '.join(['%s'] * len(after))})" if after else ""
    statement = (
        f"SELECT {key}, {field.column} FROM {field.table} WHERE left({field.column}, %s) <> %s "
        f"AND {field.column} <> '' {later} ORDER BY {key} LIMIT %s"
    )
    return db.call(statement, (len(mark), mark, *after, BATCH))


def _seal_again(field: Field, key: Sequence[Any], old: str, done: Progress) -> None:
    context = field.of(str(key[0]))
    try:
        new = crypto.seal(crypto.unseal(old, context), context)
    except Unreadable:
        done.unreadable += 1
        return
    where = " AND ".join(f"{column} = %s" for column in field.key)
    statement = f"UPDATE {field.table} SET {field.column} = %s WHERE {where} AND {field.column} = %s RETURNING 1"
    done.sealed += len(db.call(statement, (new, *key, old)))
