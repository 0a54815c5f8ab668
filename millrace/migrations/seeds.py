"""What settings give a new installation to begin with, in place of what the migrations wrote."""

from millrace import db
from millrace.settings import settings

#: Requests an hour, as migration 0002 wrote them.
FREE, PRO = 100, 1000

_RATE = "UPDATE tiers SET requests_per_hour = %s WHERE name = %s AND requests_per_hour = %s"


def seed_rates() -> None:
    """DEFAULT_RATE_LIMIT and PREMIUM_RATE_LIMIT, for tiers that nobody has changed yet."""
    for name, written, given in (
        ("free", FREE, settings().default_rate_limit),
        ("pro", PRO, settings().premium_rate_limit),
    ):
        if given:
            db.call(_RATE, (given, name, written))
