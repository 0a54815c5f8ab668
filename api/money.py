"""Money: nano-dollars (1e-9 USD, whole) inside, a decimal string of USD outside."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

NANOS = 1_000_000_000

#: What a body may say: a string or a number, to the nano-dollar.
Usd = Annotated[Decimal, Field(ge=0, le=1_000_000_000, max_digits=19, decimal_places=9, allow_inf_nan=False)]


def nanos(usd: Decimal) -> int:
    """`Decimal("1.5")` is 1,500,000,000."""
    return int(usd * NANOS)


def usd(nanos: int) -> str:
    """1,500,000,000 is "1.5"; cents are always there: "2.00"."""
    sign, whole, part = "-" if nanos < 0 else "", abs(nanos) // NANOS, f"{abs(nanos) % NANOS:09d}"
    return f"{sign}{whole}.{part[:2]}{part[2:].rstrip('0')}"
