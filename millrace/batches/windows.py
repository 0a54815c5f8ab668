"""Completion windows: until when the lines of a batch must have run."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from millrace.settings import settings

#: Seconds of each; `off-peak` runs only in the hours that the settings name, within a week.
SECONDS = {"1h": 3600, "4h": 4 * 3600, "24h": 86_400, "7d": 7 * 86_400, "off-peak": 7 * 86_400}

OFF_PEAK = "off-peak"


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the day, in a zone; it may go past midnight."""

    begin: time
    end: time
    zone: ZoneInfo

    def hold(self, moment: datetime) -> bool:
        """Whether a moment is in it."""
        now = moment.astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


def off_peak() -> Hours:
    """As OFF_PEAK has it: `22:00-06:00 Europe/Berlin`."""
    hours, _, zone = settings().off_peak.partition(" ")
    begin, _, end = hours.partition("-")
    return Hours(time.fromisoformat(begin), time.fromisoformat(end), ZoneInfo(zone or "UTC"))


def deadline(window: str, begun: datetime) -> datetime:
    return begun + timedelta(seconds=SECONDS[window])
