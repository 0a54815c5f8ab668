"""What a batch will take, before it starts: tokens and money by model, time, and what is left of the quotas."""

from dataclasses import asdict, dataclass, field
from typing import Any

from millrace import db
from millrace.batches.batch import Batch
from millrace.batches.planning import Planned
from millrace.errors import DatabaseUnavailable
from millrace.jobs.position import picture

_QUOTAS = """
SELECT q.unit, q.api_key, q.model, q.hard_limit, q.overage, coalesce(b.used, 0) + coalesce(b.reserved, 0)
FROM quotas q
LEFT JOIN quota_balances b ON b.quota = q.id AND b.period = date_trunc('month', now() AT TIME ZONE 'UTC')::date
WHERE q.tenant = %s AND (q.api_key IS NULL OR q.api_key = %s) AND (q.model IS NULL OR q.model = ANY (%s))
AND q.hard_limit IS NOT NULL ORDER BY q.id
"""


@dataclass(slots=True)
class OfModel:
    """The part of one model. Output tokens are the most that may come."""

    model: str
    lane: str
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    nanos: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def wanted(self) -> dict[str, Any]:
        """As start_batch reads it."""
        return {"model": self.model, "requests": self.requests, "tokens": self.tokens, "nanos": self.nanos}


@dataclass(slots=True)
class Quote:
    """`seconds`: until the last line has run, by the lanes' measured rates and the tenant's share; None while no lane
    has been measured. `quotas`: what each leaves, negative where it does not cover the batch."""

    models: dict[str, OfModel] = field(default_factory=dict)
    seconds: float | None = None
    quotas: list[dict[str, Any]] = field(default_factory=list)

    def add(self, planned: Planned) -> None:
        model = planned.submission.model
        part = self.models.setdefault(model.name, OfModel(model.name, model.lane))
        part.requests += 1
        part.input_tokens += planned.input_tokens
        part.output_tokens += planned.output_tokens
        part.nanos += planned.nanos

    def finish(self, batch: Batch) -> None:
        """Look up what depends on others: time and quotas."""
        self.seconds = self._seconds(batch.tenant)
        rows = db.call(_QUOTAS, (batch.tenant, batch.api_key, list(self.models)), tenants=[batch.tenant])
        self.quotas = [self._left(*row) for row in rows]

    def _left(
        self, unit: str, key: str | None, model: str | None, limit: int, overage: bool, taken: int
    ) -> dict[str, Any]:
        parts = [part for part in self.models.values() if model in (None, part.model)]
        wanted = sum({"requests": p.requests, "tokens": p.tokens, "nanos": p.nanos}[unit] for p in parts)
        left = limit - taken - wanted
        named = {"unit": unit, "of": "key" if key else "tenant", "model": model}
        return named | {"limit": limit, "left": left, "fits": overage or left >= 0}

    def _seconds(self, tenant: str) -> float | None:
        lanes: dict[str, int] = {}
        for part in self.models.values():
            lanes[part.lane] = lanes.get(part.lane, 0) + part.requests
        took = [seconds_in(lane, tenant, count) for lane, count in lanes.items()]
        known = [seconds for seconds in took if seconds is not None]
        return round(max(known), 1) if known and len(known) == len(took) else None

    def as_dict(self) -> dict[str, Any]:
        return {
            "models": [asdict(part) for part in self.models.values()],
            "seconds": self.seconds,
            "quotas": self.quotas,
        }


def seconds_in(lane: str, tenant: str, lines: int) -> float | None:
    """Seconds in which a lane gets through so many more lines of a tenant, while all who wait there go on waiting."""
    try:
        seen = picture(lane)
    except DatabaseUnavailable:
        return None
    if not seen.rate:
        return None
    own = seen.flows.get(tenant, [])
    mine = own[0].weight if own else 1.0
    others = sum(queues[0].weight for other, queues in seen.flows.items() if other != tenant)
    waiting = sum(queue.waiting for queue in own)
    return (waiting + lines) / (seen.rate * mine / (mine + others))
