"""How a quota and its figures are told to people."""

from millrace import ids
from millrace.ledger.money import usd


def amount(unit: str, value: int) -> str:
    """`"12 requests"`, `"0.5 USD"`."""
    if unit == "nanos":
        return f"{usd(value)} USD"
    return f"{value} {unit.removesuffix('s') if value == 1 else unit}"


def scope(api_key: str | None, model: str | None) -> str:
    """Whom or what a quota is for."""
    parts = [f"the key {ids.show('key', api_key)}"] if api_key else []
    parts += [f"the model {model}"] if model else []
    return " and ".join(parts) or "your tenant"
