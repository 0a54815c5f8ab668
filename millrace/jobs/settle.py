"""Settle: the one way into a terminal state. State, result, ledger, quota and webhooks go in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from operator import attrgetter
from typing import Any

from millrace import broker, crypto, db
from millrace.crypto import fields
from millrace.grouping import Grouped
from millrace.jobs import bell

_SETTLE = "SELECT job, tenant, attempt, reply_to, told FROM settle_jobs(%s)"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a job ends. Without a lease it is settled from the queue. `body`, `error` and `text` are JSON texts; a `text`
    may be sealed already, as a checkpoint is."""

    id: str
    tenant: str
    lease: str | None
    state: str
    body: str | None = None
    error: str | None = None
    text: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    #: Of the input's, those that the backend had cached; `cache`: which cache of ours the whole answer came from.
    cached_tokens: int = 0
    estimated: bool = False
    cache: str | None = None
    #: The tenant paid the vendor itself: it costs nothing here.
    own_key: bool = False
    #: For the request log, where `error` is sealed.
    error_code: str | None = None
    #: The answer was cut short: what is told of a response says so.
    incomplete: bool = False
    #: Likewise, as the worker timed them: milliseconds until its first delta, if it streamed, and until its end.
    first_ms: int | None = None
    ran_ms: int | None = None

    def sealed(self) -> "Settlement":
        """The same, as it may lie in the database."""
        return replace(
            self,
            body=_sealed(self.body, fields.ANSWER.of(self.id)),
            error=_sealed(self.error, fields.ERROR.of(self.id)),
            error_code=json.loads(self.error)["code"] if self.error else None,
            text=_sealed(self.text, fields.TEXT.of(self.id)),
        )


def _sealed(text: str | None, context: str) -> str | None:
    # JSON never begins as a sealed text does.
    return text if text is None or crypto.is_sealed(text) else crypto.seal(text, context)


_NAMES = [each.name for each in dataclass_fields(Settlement)]
_values = attrgetter(*_NAMES)


def _item(settlement: Settlement) -> dict[str, Any]:
    """As settle_jobs reads it. (Not `asdict`, which copies what is in it.)"""
    return dict(zip(_NAMES, _values(settlement), strict=True))


@dataclass(frozen=True, slots=True)
class Settled:
    """A job that is settled, and who waits for it."""

    id: str
    tenant: str
    attempt: int
    reply_to: str | None
    #: A webhook waits to be sent.
    told: bool


def settle_all(settlements: Sequence[Settlement]) -> list[Settled | None]:
    """Settle in one transaction; None where the fence was lost: somebody else has the job, or it has ended."""
    tenants = {each.tenant for each in settlements}
    rows = db.call(_SETTLE, (json.dumps([_item(each.sealed()) for each in settlements]),), tenants=tenants)
    settled = {row[0]: Settled(*row) for row in rows}
    if any(each.told for each in settled.values()):
        bell.ring(broker.WEBHOOKS_QUEUE)
    return [settled.get(each.id) for each in settlements]


#: Settle one job, together with those that fall together with it.
settle = Grouped(settle_all, most=64)
