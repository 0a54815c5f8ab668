"""Money: whole nano-dollars (1e-9 USD) inside, a decimal string of USD outside. Never a float."""

from decimal import Decimal

#: Nano-dollars of a dollar, and nano-dollars a token of a dollar for a million tokens.
A_DOLLAR, A_DOLLAR_A_MILLION = 1_000_000_000, 1_000


def usd(nanos: int | Decimal) -> str:
    """Nano-dollars as USD: `"0.0125"`; cents are always there: `"2.00"`."""
    return _shown(Decimal(nanos) / A_DOLLAR)


def usd_per_million(nanos: Decimal) -> str:
    """Nano-dollars a token as USD for a million tokens."""
    return _shown(nanos / A_DOLLAR_A_MILLION)


def nanos_per_token(usd_per_million: Decimal) -> Decimal:
    """USD for a million tokens as nano-dollars a token, which may be a fraction."""
    return usd_per_million * A_DOLLAR_A_MILLION


def _shown(amount: Decimal) -> str:
    whole, _, part = f"{amount:f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"
