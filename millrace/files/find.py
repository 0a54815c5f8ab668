"""Finding files that are ready: one, or a tenant's list."""

from millrace import db
from millrace.errors import NotFound
from millrace.files.file import COLUMNS, THERE, File, of_row

_FIND = f"SELECT {COLUMNS} FROM files WHERE id = %s AND tenant = %s AND {THERE}"

_DELETE = """
UPDATE files SET state = 'deleted', key = '', deleted_at = coalesce(deleted_at, clock_timestamp()),
    sweep_at = CASE state WHEN 'deleted' THEN sweep_at ELSE clock_timestamp() END
WHERE id = %s AND tenant = %s AND state <> 'uploading' AND purpose IS NOT NULL RETURNING 1
"""


def find(tenant: str, id: str | None) -> File:
    """A tenant's file, by `ids.parse(PREFIX, ...)` of what it is called outside. Raises NotFound."""
    rows = db.call(_FIND, (id, tenant), tenants=[tenant]) if id else []
    if not rows:
        raise NotFound("No such file.")
    return of_row(rows[0])


def page(tenant: str, *, purpose: str | None, after: str | None, limit: int, newest_first: bool = True) -> list[File]:
    """At most `limit` of a tenant's files, in the order in which they were begun, after the one of this identifier."""
    order, later = ("DESC", "<") if newest_first else ("ASC", ">")
    narrowed = ("AND purpose = %s " if purpose else "") + (f"AND id {later} %s " if after else "")
    given = [each for each in (purpose, after) if each]
    statement = f"SELECT {COLUMNS} FROM files WHERE tenant = %s AND {THERE} {narrowed}ORDER BY id {order} LIMIT %s"
    return [of_row(row) for row in db.call(statement, (tenant, *given, limit), tenants=[tenant])]


def delete(tenant: str, id: str | None) -> None:
    """It is gone at once; its blob soon after (sweep.py). Twice is as good as once for an hour. Raises NotFound."""
    if not id or not db.call(_DELETE, (id, tenant), tenants=[tenant]):
        raise NotFound("No such file.")
