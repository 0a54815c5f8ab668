"""When a schedule is due: by a cron expression in a zone, or every so many seconds. Moments are aware, and in UTC."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from millrace.errors import InvalidField

#: Seconds between two windows, at the least and at the most.
LEAST, MOST = 60, 366 * 86_400

#: Characters of a cron expression.
LONGEST = 200

#: Names of a cron expression's fields, as the library says which is wrong.
FIELDS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """`cron` in `zone`, or `every` seconds counted from `anchor`."""

    cron: str | None
    zone: str
    every: int | None
    anchor: datetime

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The windows later than a moment, in order and each once."""
        return self._by_cron(moment) if self.cron else self._by_interval(moment)

    def next(self, moment: datetime) -> datetime | None:
        """None: there is none within 50 years."""
        return next(self.after(moment), None)

    def _by_interval(self, moment: datetime) -> Iterator[datetime]:
        every = timedelta(seconds=self.every or LEAST)
        count = max(0, math.floor((moment - self.anchor) / every)) + 1
        while True:
            yield self.anchor + count * every
            count += 1

    def _by_cron(self, moment: datetime) -> Iterator[datetime]:
        """As Debian's cron. Two times of a skipped hour come to one window, and an hour that comes twice is one."""
        last = moment
        for found in CronSim(self.cron or "", moment.astimezone(ZoneInfo(self.zone))):
            at = found.astimezone(UTC)
            if at > last:
                last = at
                yield at


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check(timing: Timing) -> None:
    """Raises InvalidField, which names the field."""
    if timing.zone not in _zones():
        raise InvalidField("zone: a name of the IANA database, such as Europe/Berlin or UTC.", param="zone")
    if timing.cron is not None:
        _check_cron(timing)
    elif timing.every is None or not LEAST <= timing.every <= MOST:
        raise InvalidField(f"every_seconds: {LEAST} to {MOST}.", param="every_seconds")


def _check_cron(timing: Timing) -> None:
    cron = timing.cron or ""
    if len(cron) > LONGEST or not cron.isascii() or len(cron.split()) != FIELDS:
        raise InvalidField(
            "cron: five fields, as in `30 6 * * MON-FRI`: minute, hour, day, month, weekday.", param="cron"
        )
    try:
        found = timing.next(datetime.now(UTC))
    except (CronSimError, ValueError) as wrong:
        raise InvalidField(f"cron: {str(wrong).lower()}.", param="cron") from None
    if found is None:
        raise InvalidField("cron: there is no such day within 50 years.", param="cron")
