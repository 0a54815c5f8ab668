"""Money is exact, and looks like money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.ledger.money import A_DOLLAR, nanos_per_token, usd, usd_per_million


@pytest.mark.parametrize(
    ("nanos", "shown"),
    [
        (0, "0.00"),
        (1, "0.000000001"),
        (12_500_000, "0.0125"),
        (2_000_000_000, "2.00"),
        (10_500_000_000, "10.50"),
        (10**18, "1000000000.00"),
    ],
)
def test_nano_dollars_as_dollars(nanos: int, shown: str) -> None:
    assert usd(nanos) == shown


@given(st.integers(0, 9 * 10**18))
def test_nothing_is_lost_on_the_way_out(nanos: int) -> None:
    assert Decimal(usd(nanos)) * A_DOLLAR == nanos


@given(st.decimals(0, 10_000, places=9))
def test_a_price_comes_back_as_it_was_given(price: Decimal) -> None:
    assert Decimal(usd_per_million(nanos_per_token(price))) == price
