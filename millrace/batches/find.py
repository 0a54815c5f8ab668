"""Finding batches: one, or a tenant's list."""

from millrace import db
from millrace.batches.batch import COLUMNS, Batch, of_row
from millrace.errors import NotFound

_FIND = f"SELECT {COLUMNS} FROM batches b WHERE b.id = %s AND b.tenant = %s"


def find(tenant: str, id: str | None) -> Batch:
    """A tenant's batch, or quote. Raises NotFound."""
    rows = db.call(_FIND, (id, tenant), tenants=[tenant]) if id else []
    if not rows:
        raise NotFound("No such batch.")
    return of_row(rows[0])


def page(tenant: str, *, after: str | None, limit: int) -> list[Batch]:
    """At most `limit` of a tenant's batches, newest first, after the one of this identifier. Quotes are none."""
    earlier = "AND b.id < %s " if after else ""
    given = (tenant, *([after] if after else []), limit)
    statement = (
        f"SELECT {COLUMNS} FROM batches b WHERE b.tenant = %s AND b.state NOT IN ('quoting', 'quoted') {earlier}"
        "ORDER BY b.id DESC LIMIT %s"
    )
    return [of_row(row) for row in db.call(statement, given, tenants=[tenant])]
