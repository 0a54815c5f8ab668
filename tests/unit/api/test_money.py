"""Money: nano-dollars inside, decimal strings outside."""

from decimal import Decimal

import pytest

from api.money import nanos, usd


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (0, "0.00"), (1, "0.000000001"), (2_500_000_000, "2.50"), (12_340_000_000, "12.34"), (-1_500_000_000, "-1.50"),
        (1_000_000_000 * 1_000_000_000, "1000000000.00"),
    ],
)  # fmt: skip
def test_what_is_shown_is_what_is_kept(inside: int, outside: str) -> None:
    assert usd(inside) == outside and nanos(Decimal(outside)) == inside
