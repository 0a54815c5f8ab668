"""The month's quotas as a caller stands on them: read from Postgres, where they are reserved and settled."""

import time
from typing import Literal, NamedTuple

from millrace import db
from millrace.identity.caller import Caller

#: Seconds for which the headers of answers may lag; callers of which a process remembers them.
LAG, REMEMBERED = 3.0, 10_000

_READ = """
SELECT q.id, q.unit, q.api_key, q.model, q.soft_limit, q.hard_limit, q.overage, coalesce(b.used, 0)::bigint,
    coalesce(b.reserved, 0)::bigint, extract(epoch FROM (p.begins + interval '1 month') AT TIME ZONE 'UTC')::bigint
FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AS begins) p
JOIN quotas q ON q.tenant = %s AND (q.api_key IS NULL OR q.api_key = %s)
LEFT JOIN quota_balances b ON b.quota = q.id AND b.tenant = q.tenant AND b.period = p.begins::date
ORDER BY q.api_key NULLS FIRST, q.model NULLS FIRST, q.unit, q.id
"""


class Quota(NamedTuple):
    """A quota in this month. `unit` is requests, tokens or nanos (1e-9 USD); None is no limit."""

    id: str
    unit: Literal["requests", "tokens", "nanos"]
    key: str | None
    model: str | None
    soft_limit: int | None
    hard_limit: int | None
    overage: bool
    used: int
    reserved: int
    #: Unix seconds.
    period_end: int

    @property
    def remaining(self) -> int | None:
        """Until the hard limit; below it, what is neither used nor reserved."""
        return None if self.hard_limit is None else max(0, self.hard_limit - self.used - self.reserved)


class Tokens(NamedTuple):
    """The tokens of this month. `free`: milliseconds until it ends."""

    limit: int
    remaining: int
    free: int


_kept: dict[tuple[str, str | None], tuple[float, list[Quota]]] = {}


def quotas(caller: Caller) -> list[Quota]:
    """Those of the caller's tenant, and of its models; of keys, the caller's own."""
    return [Quota(*row) for row in db.call(_READ, (caller.tenant, caller.key), tenants=[caller.tenant])]


def tokens(caller: Caller) -> Tokens | None:
    """The quota that leaves the fewest tokens, as of some seconds ago, whatever the model. None where there is none."""
    bound = [each for each in _recent(caller) if each.unit == "tokens" and each.model is None]
    least = min((each for each in bound if each.hard_limit is not None), key=lambda e: e.remaining or 0, default=None)
    if least is None:
        return None
    left = max(0, round((least.period_end - time.time()) * 1000))
    return Tokens(least.hard_limit or 0, least.remaining or 0, left)


def _recent(caller: Caller) -> list[Quota]:
    who = caller.tenant, caller.key
    until, found = _kept.get(who, (0.0, []))
    if until < time.monotonic():
        if len(_kept) > REMEMBERED:
            _kept.clear()
        # One reads: those who come meanwhile go on with what there is.
        _kept[who] = time.monotonic() + LAG, found
        found = quotas(caller)
        _kept[who] = time.monotonic() + LAG, found
    return found
