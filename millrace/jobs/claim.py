"""Claim: the fairest due jobs of a lane for the free slots of this process."""

import json
from dataclasses import dataclass
from datetime import datetime

from millrace import db

_CLAIM = "SELECT * FROM claim_jobs(%s, %s, %s, %s, %s, now())"

#: Jobs one claim takes at the most: more would wait in this process while another has free slots.
MOST = 64


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job of ours, under a lease: whatever we write about it carries `lease` as its fence. `body` is sealed."""

    id: str
    tenant: str
    attempt: int
    lease: str
    failures: int
    deaths: int
    max_attempts: int
    cost: float
    deadline: datetime | None
    created_at: datetime
    of_class: int
    endpoint: str
    model: str
    body: str
    stream: bool
    reply_to: str | None


def claim(lane: str, process: str, slots: int, kept: int, corrections: dict[str, float]) -> list[Claimed]:
    """Up to `slots` jobs of any class and `kept` more interactive ones. `corrections`: slot-seconds by tenant, by which
    what was claimed before cost more than expected. Raises DatabaseUnavailable: then some may be claimed unknown to us.
    """
    spent = [{"tenant": tenant, "seconds": seconds} for tenant, seconds in corrections.items()]
    parameters = (lane, process, min(slots, MOST), min(kept, MOST), json.dumps(spent) if spent else None)
    return [Claimed(*row) for row in db.call(_CLAIM, parameters)]
