"""A schedule and its runs: what their rows say."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from millrace import crypto
from millrace.crypto.fields import SCHEDULE_TEMPLATE
from millrace.schedules.timing import Timing

#: What their identifiers begin with outside (millrace/ids.py).
PREFIX, RUN = "sched", "run"

_NAMES = (
    "id, tenant, name, cron, zone, every, anchor, template, missed, overlap, paused_at, reason, next_at, last_at, "
    "api_key, "
    "user_id, created_at"
)

#: For a SELECT or a RETURNING; of a table called `s`.
COLUMNS = ", ".join(f"s.{name}" for name in _NAMES.split(", "))


@dataclass(frozen=True, slots=True)
class Schedule:
    """One row. `template` is sealed; `missed` is skip, once or all; `overlap` is skip, allow or cancel."""

    id: str
    tenant: str
    name: str
    cron: str | None
    zone: str
    every: int | None
    anchor: datetime
    template: str = field(repr=False)
    missed: str
    overlap: str
    paused_at: datetime | None
    reason: str | None
    next_at: datetime | None
    last_at: datetime | None
    api_key: str | None
    user_id: str | None
    created_at: datetime

    @property
    def timing(self) -> Timing:
        return Timing(self.cron, self.zone, self.every, self.anchor)

    def opened(self) -> dict[str, Any]:
        """`{job: ...}` or `{batch: ...}`, in clear. Raises Unreadable."""
        found: dict[str, Any] = json.loads(crypto.unseal(self.template, SCHEDULE_TEMPLATE.of(self.id)))
        return found


def sealed(id: str, template: dict[str, Any]) -> str:
    """A template as a row has it."""
    return crypto.seal(json.dumps(template), SCHEDULE_TEMPLATE.of(id))
