"""What to say when a quota does not cover a request: which one, its limit, what is used, when it begins anew."""

import json
from datetime import date

from millrace.errors import QuotaExceeded
from millrace.ledger import period
from millrace.ledger.wording import amount, scope


def exceeded(detail: str | None) -> QuotaExceeded:
    """The error for what reserve_quotas raised, with the balance as JSON. No Retry-After: a month is long."""
    if not detail:
        return QuotaExceeded()
    found = json.loads(detail)
    ends = period.end(date.fromisoformat(found["period"]))
    whose = "of your own setting" if found["own"] else "of this month"
    names = ("hard_limit", "used", "reserved", "amount")
    limit, used, reserved, wanted = (amount(found["unit"], found[name]) for name in names)
    return QuotaExceeded(
        f"The quota {whose} for {scope(found['api_key'], found['model'])} does not cover this request: it allows "
        f"{limit}, of which {used} are used and {reserved} reserved for jobs that have not ended, and this would take "
        f"up to {wanted}. The period ends at {ends:%Y-%m-%dT%H:%M:%SZ}. Ask for less (`max_tokens`), or ask your "
        "administrator for more."
    )
