"""When a key was last sent, and when its vendor last rejected it."""

from collections.abc import Sequence

from millrace import db
from millrace.last_times import LastTimes

_WRITE = """
UPDATE vendor_keys k SET {column} = n.at
FROM (
    SELECT v.id, now() - make_interval(secs => g.ago) AS at
    FROM unnest(%s::uuid[], %s::float8[]) AS g (id, ago) JOIN vendor_keys v USING (id)
    -- Two processes at once: in one order.
    ORDER BY v.id FOR NO KEY UPDATE OF v
) n
WHERE k.id = n.id AND (k.{column} IS NULL OR k.{column} < n.at)
"""


def _write_used(ids: Sequence[str], ago: Sequence[float]) -> None:
    db.call(_WRITE.format(column="used_at"), (ids, ago))


def _write_rejected(ids: Sequence[str], ago: Sequence[float]) -> None:
    db.call(_WRITE.format(column="rejected_at"), (ids, ago))


used = LastTimes(_write_used).note
rejected = LastTimes(_write_rejected).note
