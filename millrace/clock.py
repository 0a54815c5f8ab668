"""Time. Leases and orders use the database's clock; these serve what one process measures or shows."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def parse(text: str) -> datetime:
    """An RFC 3339 time with its zone; `ValueError` without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone: 2026-11-20T18:00:00Z")
    return moment.astimezone(UTC)
