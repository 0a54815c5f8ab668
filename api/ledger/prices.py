"""Prices, and which part of them an outcome is charged: for those who run the platform."""

from datetime import UTC, datetime
from decimal import Decimal

from api.ledger.noting import note
from api.ledger.shapes import NewPrice, PriceInfo, PriceList, PriceQuery, RuleChange, RuleInfo
from api.money import NANOS
from api.operations import operation
from api.pages import cursor, page, seconds
from api.shapes import Problem
from millrace import db, ids
from millrace.audit import Act
from millrace.catalog.catalog import catalog
from millrace.errors import NotFound
from millrace.identity.permissions import Permission
from millrace.ledger import prices
from millrace.ledger.money import nanos_per_token, usd, usd_per_million
from millrace.ledger.prices import Price


@operation(
    "GET /api/v1/admin/prices",
    summary="List prices",
    tag="Administration",
    permission=Permission.platform_admin,
    query=PriceQuery,
    answers={200: PriceList},
)
def list_prices(query: PriceQuery) -> PriceList:
    """Newest first, those of the past and of the future too. A model without a price costs nothing."""
    found = prices.prices(query.model, cursor("price", query.after), query.limit + 1)
    return page(PriceList, [_info(each) for each in found], query.limit)


@operation(
    "POST /api/v1/admin/prices",
    summary="Set a price",
    tag="Administration",
    permission=Permission.platform_admin,
    body=NewPrice,
    answers={201: PriceInfo, 409: Problem},
)
def set_price(body: NewPrice) -> tuple[PriceInfo, int]:
    """From `valid_from` until the next one begins; it closes the one before. A job costs what held when it was
    submitted. What is past is never edited."""
    catalog().model(body.model)
    id = ids.new()
    with db.transaction() as connection:
        prices.add(connection, _price(id, body))
        note(Act.price_set, ids.show("price", id), body.model_dump(mode="json"), connection=connection)
    return _info(prices.find(id)), 201


@operation(
    "GET /api/v1/admin/pricing-rules/<outcome>",
    summary="Look at a pricing rule",
    tag="Administration",
    permission=Permission.platform_admin,
    answers={200: RuleInfo, 404: Problem},
)
def show_pricing_rule(outcome: str) -> RuleInfo:
    """The part of the price that `succeeded`, `cached`, `cancelled`, `failed` or `expired` is charged."""
    part = prices.rules().get(outcome)
    if part is None:
        raise NotFound
    return _rule(outcome, part)


@operation(
    "PUT /api/v1/admin/pricing-rules/<outcome>",
    summary="Change a pricing rule",
    tag="Administration",
    permission=Permission.platform_admin,
    body=RuleChange,
    answers={200: RuleInfo, 404: Problem},
)
def set_pricing_rule(outcome: str, body: RuleChange) -> RuleInfo:
    """For jobs that end from now on."""
    with db.transaction() as connection:
        prices.set_rule(connection, outcome, body.part)
        note(Act.pricing_rule_set, outcome, {"part": str(body.part)}, connection=connection)
    return _rule(outcome, body.part)


def _price(id: str, body: NewPrice) -> Price:
    cached = body.cached_input_usd_per_million
    return Price(
        id=id,
        model=body.model,
        input=nanos_per_token(body.input_usd_per_million),
        output=nanos_per_token(body.output_usd_per_million),
        cached_input=None if cached is None else nanos_per_token(cached),
        request=body.request_usd * NANOS,
        valid_from=None if body.valid_from is None else datetime.fromtimestamp(body.valid_from, UTC),
    )


def _info(price: Price) -> PriceInfo:
    return PriceInfo(
        id=ids.show("price", price.id),
        object="price",
        model=price.model,
        input_usd_per_million=usd_per_million(price.input),
        output_usd_per_million=usd_per_million(price.output),
        cached_input_usd_per_million=None if price.cached_input is None else usd_per_million(price.cached_input),
        request_usd=usd(price.request),
        valid_from=seconds(price.valid_from) or 0,
        valid_until=seconds(price.valid_until),
    )


def _rule(outcome: str, part: Decimal) -> RuleInfo:
    return RuleInfo(object="pricing_rule", outcome=outcome, part=f"{part.normalize():f}")
