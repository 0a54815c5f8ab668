"""Usage: what a tenant used and what it cost, in time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from api.auth import caller
from api.ledger.shapes import Amounts, Bucket, Usage, UsageQuery
from api.money import usd
from api.operations import operation
from api.shapes import Problem
from millrace import ids
from millrace.clock import now
from millrace.errors import InvalidField
from millrace.identity.permissions import Permission
from millrace.ledger import usage
from millrace.ledger.usage import Group, Used

#: What a report without `from` goes back.
BACK = timedelta(days=30)

#: Identifiers as they are shown.
PREFIXES = {"api_key": "key", "user": "user"}


@operation(
    "GET /api/v1/usage",
    summary="Usage and cost",
    tag="Usage",
    permission=Permission.usage_read,
    query=UsageQuery,
    answers={200: Usage, 400: Problem},
)
def show_usage(query: UsageQuery) -> Usage:
    """By hour, day or month, from the one that `from` is in; up to this moment. Hours without usage are left out."""
    until = moment(query.until) or now()
    since = moment(query.since) or until - BACK
    if since > until:
        raise InvalidField("from: must not be after `to`.", param="from")
    found = usage.report(caller().tenant, since, until, query.grain, query.group_by)
    return Usage(
        object="usage",
        grain=query.grain,
        group_by=query.group_by,
        data=[_bucket(each, query.group_by) for each in found],
        total=_amounts(found),
    )


def moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _bucket(used: Used, group: Group | None) -> Bucket:
    shown = dict(_amounts([used])) | {"start": int(used.start.timestamp())}
    if group:
        prefix = PREFIXES.get(group)
        shown[group] = ids.show(prefix, used.group) if prefix and used.group else used.group
    return Bucket.model_validate(shown)


def _amounts(found: Sequence[Used]) -> Amounts:
    names = ("requests", "succeeded", "failed", "cached", "input_tokens", "output_tokens")
    sums = {name: sum(getattr(each, name) for each in found) for name in names}
    return Amounts(**sums, cost_usd=usd(sum(each.nanos for each in found)))
