"""The request log's months: partitions made ahead, and dropped when they are old."""

from millrace import db
from millrace.settings import settings

#: Months made ahead.
AHEAD = 2


def keep() -> None:
    """Make the next months' partitions and drop the old ones, if there is anything to do. Safe to repeat."""
    db.call("SELECT make_partitions(%s)", (AHEAD,))
    db.call("SELECT drop_partitions(%s)", (settings().request_log_months,))
