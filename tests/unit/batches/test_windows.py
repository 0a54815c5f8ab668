"""Off-peak hours: in their zone, past midnight too."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from millrace.batches.windows import Hours


@pytest.mark.parametrize(
    ("begin", "end", "zone", "hour", "held"),
    [
        (22, 6, "UTC", 23, True), (22, 6, "UTC", 5, True), (22, 6, "UTC", 6, False), (22, 6, "UTC", 12, False),
        (1, 5, "UTC", 4, True), (1, 5, "UTC", 5, False), (22, 6, "America/New_York", 23, False),
        (22, 6, "America/New_York", 4, True),
    ],
)  # fmt: skip
def test_hours_hold_in_their_own_zone(begin: int, end: int, zone: str, hour: int, held: bool) -> None:
    hours = Hours(time(begin), time(end), ZoneInfo(zone))
    assert hours.hold(datetime(2026, 1, 15, hour, 30, tzinfo=UTC)) is held
