"""Prices of models, each with the time for which it holds; and the part of them that each outcome is charged.

A job costs what held when it was submitted. History is never edited: a new price closes the one before.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, text

from millrace import db
from millrace.errors import Conflict, NotFound

_ADD = text("SELECT * FROM set_price(:id, :model, :input, :output, :cached_input, :request, :since)")

_LIST = """
SELECT id, model, input_nanos, output_nanos, cached_input_nanos, request_nanos, valid_from, valid_until
FROM prices WHERE (%s::text IS NULL OR model = %s) AND (%s::uuid IS NULL OR id < %s) AND (%s::uuid IS NULL OR id = %s)
ORDER BY id DESC LIMIT %s
"""

_SET_RULE = text("UPDATE pricing_rules SET part = :part WHERE outcome = :outcome RETURNING part")


@dataclass(frozen=True, slots=True)
class Price:
    """Nano-dollars a token (fractions allowed), and for each request; cached input costs what input does where it is
    None. `valid_until` is None while nothing follows."""

    id: str
    model: str
    input: Decimal
    output: Decimal
    cached_input: Decimal | None
    request: Decimal
    valid_from: datetime | None
    valid_until: datetime | None = None


def add(connection: Connection, price: Price) -> str:
    """A new price, from `valid_from` (or now, if that is past or None) until the next one begins; its id.

    Raises Conflict when another one begins at that moment.
    """
    given = {"id": price.id, "model": price.model, "input": price.input, "output": price.output}
    given |= {"cached_input": price.cached_input, "request": price.request, "since": price.valid_from}
    made = connection.execute(_ADD, given).scalar()
    if made is None:
        raise Conflict("A price of this model begins at that very moment. Choose another `valid_from`.")
    return str(made)


def prices(model: str | None = None, after: str | None = None, limit: int = 100) -> list[Price]:
    """Newest first."""
    return _read(model, after, None, limit)


def find(id: str) -> Price:
    """One of them, which must be there."""
    return _read(None, None, id, 1)[0]


def _read(model: str | None, after: str | None, id: str | None, limit: int) -> list[Price]:
    return [Price(*row) for row in db.call(_LIST, (model, model, after, after, id, id, limit))]


def rules() -> dict[str, Decimal]:
    """By outcome: the part of the price that it is charged, from 0 to 1."""
    return dict(db.call("SELECT outcome, part FROM pricing_rules ORDER BY outcome"))


def set_rule(connection: Connection, outcome: str, part: Decimal) -> None:
    """For jobs that end from now on. Raises NotFound."""
    if connection.execute(_SET_RULE, {"outcome": outcome, "part": part}).first() is None:
        raise NotFound(f"No such outcome. There are: {', '.join(rules())}.")
