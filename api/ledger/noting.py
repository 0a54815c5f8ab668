"""Noting what the caller of this request does."""

from typing import Any

from sqlalchemy import Connection

from api.address import address
from api.auth import caller
from millrace import audit
from millrace.audit import Act


def note(
    act: Act,
    target: str,
    details: dict[str, Any] | None = None,
    *,
    tenant: str | None = None,
    connection: Connection | None = None,
) -> None:
    """In the log of a tenant, the caller's unless another is named; with `connection` the last thing in it."""
    who, where = caller(), address() or None
    audit.note(
        act,
        actor=who.actor,
        tenant=tenant or who.tenant,
        target=target,
        details=details,
        address=where,
        connection=connection,
    )
