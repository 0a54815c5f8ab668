"""Running jobs go back to their queues: a retry, an outage, a hand-back, the death of their process."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from millrace import crypto, db
from millrace.crypto import fields
from millrace.grouping import Grouped

_REQUEUE = "SELECT job, lane FROM requeue_jobs(%s)"


@dataclass(frozen=True, slots=True)
class Requeue:
    """Why a job goes back, which counter it costs, and after how many seconds it is due again (None: at once).

    With a `model` it goes to that one's queue in `lane`, and `route` says why. `error` is JSON text."""

    id: str
    lease: str
    outcome: str
    error: str | None = None
    failures: int = 0
    deaths: int = 0
    delay: float | None = None
    model: str | None = None
    lane: str | None = None
    route: dict[str, Any] | None = None


def requeue_all(requeues: Sequence[Requeue]) -> list[str | None]:
    """The lane of each job that went back; None where the fence was lost, or a cancel is wanted."""
    rows = db.call(_REQUEUE, (json.dumps([_item(each) for each in requeues]),))
    lanes = dict(rows)
    return [lanes.get(each.id) for each in requeues]


def _item(back: Requeue) -> dict[str, Any]:
    sealed = crypto.seal(back.error, fields.ERROR.of(back.id)) if back.error else None
    return asdict(back) | {"error": sealed}


requeue = Grouped(requeue_all, most=64)
