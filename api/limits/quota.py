"""`GET /api/v1/quota`: where one stands."""

import time
from collections.abc import Sequence

from api.address import address
from api.auth import caller
from api.limits.shapes import BurstInfo, MonthlyQuota, QuotaStanding, Window
from api.operations import OPERATIONS, operation
from api.shapes import Problem
from millrace import ids
from millrace.identity.permissions import SIGNED_IN
from millrace.ledger.money import usd
from millrace.limits import applying, monthly, rates
from millrace.limits.monthly import Quota
from millrace.limits.rates import Rate, State


@operation(
    "GET /api/v1/quota",
    summary="Where you stand",
    tag="Limits",
    permission=SIGNED_IN,
    answers={200: QuotaStanding, 429: Problem},
)
def show_quota() -> QuotaStanding:
    """Every limit that applies to you: by the hour, by the second, and by the month."""
    wanted = applying.of_request(caller(), address(), applying.INFERENCE)
    wanted += applying.of_operations(caller(), _allowed())
    found = rates.look(wanted)
    known: Sequence[State | None] = found.states if found else [None] * len(wanted)
    states = list(zip(wanted, known, strict=True))
    return QuotaStanding(
        object="quota",
        tier=caller().tier,
        key_tier=caller().key_tier,
        hourly=[_window(rate, state) for rate, state in states if rate.hourly],
        bursts=[_burst(rate, state) for rate, state in states if not rate.hourly],
        monthly=[_monthly(each) for each in monthly.quotas(caller())],
    )


def _allowed() -> list[str]:
    """The operations that the caller may ask for."""
    known = [each for each in OPERATIONS if not each.public]
    return [f"{each.method} {each.path}" for each in known if caller().may(each.permission)]


def _window(rate: Rate, state: State | None) -> Window:
    return Window(
        of=rate.of,
        limit=rate.size,
        used=state.used if state else None,
        remaining=state.remaining if state else None,
        resets_at=int(time.time() + state.free / 1000) if state and state.free else None,
    )


def _burst(rate: Rate, state: State | None) -> BurstInfo:
    per_second = round(1_000_000 / rate.interval, 3)
    return BurstInfo(
        of=rate.of, per_second=per_second, burst=rate.size, remaining=state.remaining if state else None
    )


def _monthly(quota: Quota) -> MonthlyQuota:
    return MonthlyQuota(
        id=ids.show("quota", quota.id),
        unit="usd" if quota.unit == "nanos" else quota.unit,
        of="key" if quota.key else "tenant",
        model=quota.model,
        soft_limit=_shown(quota, quota.soft_limit),
        hard_limit=_shown(quota, quota.hard_limit),
        used=_shown(quota, quota.used) or 0,
        reserved=_shown(quota, quota.reserved) or 0,
        remaining=_shown(quota, quota.remaining),
        overage=quota.overage,
        resets_at=quota.period_end,
    )


def _shown(quota: Quota, amount: int | None) -> int | str | None:
    """Money as a decimal string of USD."""
    return amount if amount is None or quota.unit != "nanos" else usd(amount)
