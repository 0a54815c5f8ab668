"""Tiers, limits and blocks, for those who run the platform."""

from typing import Any

from flask import Response

from api.address import address
from api.auth import caller
from api.limits.shapes import (
    BlockInfo,
    BlockList,
    BlocksQuery,
    LimitChange,
    LimitInfo,
    LimitList,
    TierChange,
    TierInfo,
    TierList,
)
from api.operations import OPERATIONS, operation
from api.shapes import Problem
from millrace.errors import NotFound
from millrace.identity.permissions import Permission
from millrace.limits import blocks, named, tiers
from millrace.limits.named import Limit
from millrace.limits.tiers import Allowance, Tier


@operation(
    "GET /api/v1/admin/tiers",
    summary="List tiers",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: TierList},
)
def list_tiers() -> TierList:
    """What each tier allows."""
    return TierList(object="list", data=[_tier(each) for each in tiers.tiers().values()])


@operation(
    "PUT /api/v1/admin/tiers/<name>",
    summary="Change a tier",
    tag="Administration",
    permission=Permission.platform_admin,
    body=TierChange,
    answers={200: TierInfo, 404: Problem},
)
def change_tier(name: str, body: TierChange) -> TierInfo:
    """Effective for all its tenants within seconds, and for their monthly quota at once, unless that was set apart."""
    to = Allowance(body.requests_per_hour, body.requests_per_month, body.per_second, body.burst)
    if name not in tiers.tiers():
        raise NotFound("No such tier. `GET /api/v1/admin/tiers` lists those there are.")
    return _tier(tiers.change(name, to, caller().actor, address()))


@operation(
    "GET /api/v1/admin/limits",
    summary="List limits",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: LimitList},
)
def list_limits() -> LimitList:
    """Those of the platform, an address, a user, a key, and of single operations."""
    return LimitList(object="list", data=[_limit(each) for each in named.limits().values()])


@operation(
    "PUT /api/v1/admin/limits/<path:name>",
    summary="Change a limit",
    tag="Administration",
    permission=Permission.platform_admin,
    body=LimitChange,
    answers={200: LimitInfo, 404: Problem},
)
def change_limit(name: str, body: LimitChange) -> LimitInfo:
    """Of one that is listed, or of any operation: `POST /api/v1/jobs`, percent-encoded. Effective within seconds."""
    known = named.limits().get(name)
    if known is None and name not in {f"{each.method} {each.path}" for each in OPERATIONS}:
        raise NotFound("No such limit. `GET /api/v1/admin/limits` lists them; any operation can have one of its own.")
    about = known.about if known else "one operation, by tenant, or by address where nobody need be known"
    to = Limit(name, about, body.requests_per_hour, body.per_second, body.burst)
    return _limit(named.change(to, caller().actor, address()))


@operation(
    "GET /api/v1/admin/blocks",
    summary="List blocks",
    tag="Administration",
    permission=Permission.platform_admin,
    query=BlocksQuery,
    answers={200: BlockList},
)
def list_blocks(query: BlocksQuery) -> BlockList:
    """Addresses and accounts at which somebody guesses keys or passwords, and until when they are refused."""
    found = blocks.list_all(query.after or "", query.limit + 1)
    page = [_block(each) for each in found[: query.limit]]
    return BlockList(
        object="list",
        data=page,
        first_id=page[0].subject if page else None,
        last_id=page[-1].subject if page else None,
        has_more=len(found) > query.limit,
    )


@operation(
    "DELETE /api/v1/admin/blocks/<path:subject>",
    summary="Lift a block",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={204: "It is lifted.", 404: Problem},
)
def lift_block(subject: str) -> Response:
    """Effective everywhere within about a second. The next one begins with a minute again."""
    if "\x00" in subject:
        raise NotFound
    blocks.lift(subject, caller().actor, address())
    return Response(status=204)


def _tier(tier: Tier) -> TierInfo:
    return TierInfo(object="tier", **_fields(tier, "name", "rank", "requests_per_month"))


def _limit(limit: Limit) -> LimitInfo:
    return LimitInfo(object="limit", **_fields(limit, "name", "about"))


def _fields(row: Tier | Limit, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*names, "requests_per_hour", "per_second", "burst")}


def _block(block: blocks.Block) -> BlockInfo:
    return BlockInfo(
        subject=block.subject,
        object="block",
        reason=block.reason,
        level=block.level,
        created_at=int(block.created_at.timestamp()),
        blocked_until=int(block.blocked_until.timestamp()),
    )
