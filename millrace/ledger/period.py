"""Periods of quotas: calendar months in UTC. A month has balances of its own, so each begins at zero by itself."""

from datetime import UTC, date, datetime


def current(now: datetime) -> date:
    """The first day of the month."""
    return now.astimezone(UTC).date().replace(day=1)


def end(period: date) -> datetime:
    """When a period ends: the first moment of the next month."""
    year, month = (period.year + 1, 1) if period.month == 12 else (period.year, period.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)
