"""Who changes something, and from where: what the audit log keeps beside what was changed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from millrace import audit
from millrace.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request, and the address that it came from."""

    caller: Caller
    address: str | None = None

    def note(
        self,
        connection: Connection | None,
        act: audit.Act,
        target: str | None = None,
        *,
        tenant: str | None = None,
        **details: Any,
    ) -> None:
        """Into the audit log, in the transaction that changes it. `tenant`: the caller's own unless given."""
        audit.note(
            act,
            actor=self.caller.actor,
            tenant=tenant or self.caller.tenant,
            target=target,
            details=details,
            address=self.address,
            connection=connection,
        )
