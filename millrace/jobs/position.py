"""Position and ETA of those who wait: one computation a second and lane, with the measured rate.

The order is the claim's (start-time fair queueing over tenants, then classes by weight, then deadlines), worked out for
jobs of equal cost. The rate is what the lane's live processes measured: slots over mean slot-seconds.
"""

import math
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime

from millrace import db
from millrace.errors import DatabaseUnavailable

#: Seconds for which a picture of a lane is good; and one that took long to make is good for twenty times as long.
FRESH, SHARE = 1.0, 20.0

#: Seconds after that for which it will still do.
STALE = 2.0

#: Above this many waiting jobs of a queue every STRIDE-th key is kept, and a position may be so much out.
EXACT, STRIDE = 2000, 64

WEIGHTS = (16.0, 4.0, 1.0)

_QUEUES = "SELECT * FROM lane_queues(%s, %s, %s)"

_RATE = """
SELECT sum((m.value ->> 'slots')::float8),
    sum((m.value ->> 'slots')::float8 / nullif((m.value ->> 'seconds')::float8, 0))
FROM processes p CROSS JOIN LATERAL json_each(p.measured) AS m (lane, value)
WHERE p.expires_at > now() AND m.lane = %s AND m.value ->> 'seconds' IS NOT NULL
"""


@dataclass(slots=True)
class _Queue:
    id: int
    tenant: str
    of_class: int
    tag: float
    weight: float
    class_tags: list[float]
    waiting: int
    keys: list[float]

    def before(self, key: float) -> int:
        """How many wait here before that key."""
        place = bisect_left(self.keys, key)
        return min(self.waiting, place * (STRIDE if self.waiting > EXACT else 1))


@dataclass(slots=True)
class Picture:
    """A lane as it was a moment ago."""

    queues: list[_Queue]
    #: Jobs a second, and slot-seconds a job, or None while nothing was measured.
    rate: float | None
    seconds: float | None
    good_until: float
    flows: dict[str, list[_Queue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for queue in self.queues:
            self.flows.setdefault(queue.tenant, []).append(queue)

    def place(self, tenant: str, of_class: int, key: datetime) -> int:
        """The position of a waiting job: 1 is the next to run."""
        own = self.flows.get(tenant, [])
        rank = self._rank(own, of_class, key.timestamp())
        start = (own[0].tag if own else self._least_tag()) + rank * self._cost / (own[0].weight if own else 1.0)
        others = (queues for other, queues in self.flows.items() if other != tenant)
        return 1 + rank + sum(self._ahead(queues, start) for queues in others)

    def _rank(self, own: list[_Queue], of_class: int, key: float) -> int:
        """How many of the tenant's own jobs run before."""
        in_class = sum(queue.before(key) for queue in own if queue.of_class == of_class)
        if not own:
            return 0
        tags = own[0].class_tags
        start = tags[of_class] + in_class * self._cost / WEIGHTS[of_class]
        total = in_class
        for other in {queue.of_class for queue in own} - {of_class}:
            waiting = sum(queue.waiting for queue in own if queue.of_class == other)
            total += _clamp((start - tags[other]) * WEIGHTS[other] / self._cost, waiting)
        return total

    def _ahead(self, queues: list[_Queue], start: float) -> int:
        waiting = sum(queue.waiting for queue in queues)
        return _clamp((start - queues[0].tag) * queues[0].weight / self._cost, waiting)

    @property
    def _cost(self) -> float:
        """Tags are slot-seconds: what moves one on by one job."""
        return self.seconds or 1.0

    def _least_tag(self) -> float:
        return min((queue.tag for queue in self.queues), default=0.0)

    def eta(self, position: int) -> float | None:
        """Seconds until a job at this position starts, or None while nothing was measured."""
        return round(position / self.rate, 1) if self.rate else None


def _clamp(jobs: float, waiting: int) -> int:
    # Rounded first: sums of tags are a hair off, and a hair would be a whole job.
    return max(0, min(waiting, math.ceil(round(jobs, 6))))


_pictures: dict[str, Picture] = {}
_renewing: set[str] = set()
_lock = threading.Lock()


def picture(lane: str) -> Picture:
    """The lane, as of a second ago (longer where looking costs more than a twentieth of the time).

    A picture that has just grown old is still good enough for who asks now; the next one is made beside the request.
    """
    known = _pictures.get(lane)
    age = time.monotonic() - known.good_until if known else math.inf
    if known is None or age > STALE:
        return _renew(lane, known)
    if age > 0 and lane not in _renewing:
        _renewing.add(lane)
        threading.Thread(target=_renew_beside, args=(lane, known), daemon=True).start()
    return known


def _renew_beside(lane: str, known: Picture) -> None:
    try:
        _renew(lane, known)
    except DatabaseUnavailable:
        return
    finally:
        _renewing.discard(lane)


def _renew(lane: str, known: Picture | None) -> Picture:
    """Look, unless somebody else did while we waited for our turn."""
    with _lock:
        if _pictures.get(lane) is known:
            _pictures[lane] = _look(lane)
        return _pictures[lane]


def _look(lane: str) -> Picture:
    begun = time.monotonic()
    queues = [_Queue(*row) for row in db.call(_QUEUES, (lane, EXACT, STRIDE))]
    slots, rate = db.call(_RATE, (lane,))[0]
    took = time.monotonic() - begun
    return Picture(queues, rate, slots / rate if rate else None, begun + max(FRESH, SHARE * took))


def expected_seconds(lane: str) -> float:
    """Slot-seconds that a job of this lane is expected to cost: as measured, or 1."""
    try:
        return picture(lane).seconds or 1.0
    except DatabaseUnavailable:
        return 1.0
