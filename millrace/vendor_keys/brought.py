"""The key that a job's tenant brought for a model: what its call is made with, and to which server that may be.

Where the catalog has come to name another server than the one that a key was set for, the key is not sent there, and
nor is the platform's in its stead: the job is refused, and its tenant says anew what it wants (docs/adr/0020).
"""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

from millrace import crypto, db
from millrace.believed import Believed
from millrace.catalog.catalog import Model
from millrace.crypto import fields
from millrace.engines.failures import Refused
from millrace.errors import Unreadable
from millrace.vendor_keys.reach import ENGINES, Reach, at_home, server_of_model

#: Seconds for which a process believes what it read.
BELIEVED = 2.0

_READ = "SELECT engine, model, id, server, key FROM vendor_keys WHERE tenant = %s"


class _Row(NamedTuple):
    """A key as it lies in the database, and in our memory."""

    reach: Reach
    id: str
    server: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A key to make a call with; `id` for what is noted of it."""

    id: str
    key: str = field(repr=False)


def _read(tenant: str) -> dict[Reach, _Row]:
    rows = db.call(_READ, (tenant,), tenants=[tenant])
    return {Reach(engine, model): _Row(Reach(engine, model), *rest) for engine, model, *rest in rows}


#: All keys of a tenant, sealed. Raises DatabaseUnavailable where none are known.
of_tenant = Believed(_read, BELIEVED)


def brought(tenant: str, model: Model) -> Brought | None:
    """The tenant's own key for this model; None: the platform's. Raises Refused, Unreadable, DatabaseUnavailable."""
    row = _row(tenant, model)
    if row is None:
        return None
    if row.server != server_of_model(model):
        message = f"The catalog names another server than the one that your organisation's key for {row.reach.id}"
        raise Refused(f"{message} was set for, so it was not sent there. Set it again.", code="backend_key")
    return Brought(row.id, _opened(tenant, row))


def is_brought(tenant: str, model: Model) -> bool:
    """Whether this tenant's jobs are made with a key of its own, and cost nothing here. Raises DatabaseUnavailable."""
    return _row(tenant, model) is not None


def _row(tenant: str, model: Model) -> _Row | None:
    if model.engine not in ENGINES:
        return None
    known = of_tenant(tenant)
    if not known:
        return None
    return known.get(Reach(model.engine, model.name)) or (known.get(Reach(model.engine)) if at_home(model) else None)


def _opened(tenant: str, row: _Row) -> str:
    *of, key = json.loads(crypto.unseal(row.sealed, fields.VENDOR_KEY.of(row.id)))
    if of != [tenant, row.reach.engine, row.reach.model, row.server]:
        raise Unreadable
    return str(key)
