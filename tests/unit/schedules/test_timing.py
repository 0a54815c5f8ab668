"""When a schedule is due, around the changes of the clock above all."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from millrace.errors import InvalidField
from millrace.schedules.timing import Timing, check

BERLIN, YORK, HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"


def windows(cron: str, zone: str, day: str, hours: int = 24) -> list[str]:
    """Those of a local day, as local times with their offset."""
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1)
    found = Timing(cron, zone, None, begin).after(begin)
    until = begin + timedelta(hours=hours)
    local = [at.astimezone(ZoneInfo(zone)) for at in islice(found, 200) if at <= until]
    return [f"{at:%d %H:%M%z}" for at in local]


@pytest.mark.parametrize(
    ("cron", "zone", "day", "expected"),
    [
        # The hour that is skipped: what is due in it runs once, right after.
        ("30 2 * * *", BERLIN, "2026-03-29", ["29 03:00+0200"]),
        ("0,30 2 * * *", BERLIN, "2026-03-29", ["29 03:00+0200"]),
        ("0 2,3 * * *", BERLIN, "2026-03-29", ["29 03:00+0200"]),
        ("30 2 * * *", YORK, "2026-03-08", ["08 03:00-0400"]),
        ("15 2 * * *", HOWE, "2026-10-04", ["04 02:30+1100"]),
        # The hour that comes twice: once.
        ("30 2 * * *", BERLIN, "2026-10-25", ["25 02:30+0200"]),
        ("30 1 * * *", YORK, "2026-11-01", ["01 01:30-0400"]),
        ("45 1 * * *", HOWE, "2026-04-05", ["05 01:45+1100"]),
        # The day before and after, nothing moves.
        ("30 2 * * *", BERLIN, "2026-03-28", ["28 02:30+0100"]),
        ("30 2 * * *", BERLIN, "2026-03-30", ["30 02:30+0200"]),
        ("0 9 * * MON-FRI", YORK, "2026-11-02", ["02 09:00-0500"]),
    ],
)
def test_a_time_of_day_is_once_a_day(cron: str, zone: str, day: str, expected: list[str]) -> None:
    assert windows(cron, zone, day, 20) == expected


@pytest.mark.parametrize(
    ("zone", "day", "hours", "count"),
    [
        (BERLIN, "2026-03-29", 23, 23), (BERLIN, "2026-10-25", 25, 25), (YORK, "2026-03-08", 23, 23),
        (YORK, "2026-11-01", 25, 25),
    ],
)  # fmt: skip
def test_every_hour_goes_by_the_sun_and_not_by_the_clock(zone: str, day: str, hours: int, count: int) -> None:
    assert len(windows("0 * * * *", zone, day, hours)) == count


def test_in_a_zone_whose_summer_is_half_an_hour_every_half_hour_goes_on() -> None:
    found = windows("*/30 * * * *", HOWE, "2026-10-04", 4)
    assert found[3:6] == ["04 01:30+1030", "04 02:30+1100", "04 03:00+1100"]


@pytest.mark.parametrize("zone", [BERLIN, YORK, HOWE])
@pytest.mark.parametrize("cron", ["*/7 1-3 * * *", "30 1,2 * * *", "0 * * * *", "59 23 31 12 *", "*/13 * * * SUN"])
def test_windows_come_in_order_and_asking_from_any_of_them_goes_on_with_the_next(cron: str, zone: str) -> None:
    timing = Timing(cron, zone, None, datetime(2026, 1, 1, tzinfo=UTC))
    for begin in (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 10, 11)):
        found = list(islice(timing.after(begin), 120))
        assert all(one < other for one, other in pairwise(found))
        assert [timing.next(at) for at in found[:-1]] == found[1:]


def test_an_interval_is_counted_from_its_beginning_and_does_not_drift() -> None:
    anchor = datetime(2026, 3, 29, tzinfo=UTC)
    timing = Timing(None, "UTC", 90, anchor)
    assert list(islice(timing.after(anchor + timedelta(seconds=100)), 2)) == [
        anchor + timedelta(seconds=180), anchor + timedelta(seconds=270)
    ]  # fmt: skip
    assert timing.next(anchor) == anchor + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("cron", "zone", "param"),
    [
        ("* * * *", "UTC", "cron"), ("* * * * * *", "UTC", "cron"), ("60 * * * *", "UTC", "cron"), ("", "UTC", "cron"),
        ("@daily", "UTC", "cron"), ("0 0 31 2 *", "UTC", "cron"), ("0 0 * * MON#9", "UTC", "cron"),
        ("* * */20 * 1L", "UTC", "cron"), ("² * * * *", "UTC", "cron"), ("*/0 * * * *", "UTC", "cron"),
        ("0 0 * * *", "Berlin", "zone"), ("0 0 * * *", "../../etc/passwd", "zone"), ("0 0 * * *", "", "zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_field(cron: str, zone: str, param: str) -> None:
    with pytest.raises(InvalidField) as refused:
        check(Timing(cron, zone, None, datetime.now(UTC)))
    assert refused.value.param == param


@pytest.mark.parametrize("every", [0, 59, 10**9])
def test_an_interval_is_a_minute_at_the_least(every: int) -> None:
    with pytest.raises(InvalidField) as refused:
        check(Timing(None, "UTC", every, datetime.now(UTC)))
    assert refused.value.param == "every_seconds"
