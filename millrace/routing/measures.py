"""What the living workers measured of each model: its latency, its errors, its slots (millrace/jobs/gauge.py)."""

from dataclasses import dataclass

from millrace import db
from millrace.recent import Recent

_MODELS = """
SELECT n.key, sum((n.value ->> 'calls')::float8),
    sum((n.value ->> 'calls')::float8 * (n.value ->> 'seconds')::float8)
        / nullif(sum((n.value ->> 'calls')::float8) FILTER (WHERE n.value ->> 'seconds' IS NOT NULL), 0),
    sum((n.value ->> 'calls')::float8 * (n.value ->> 'first')::float8)
        / nullif(sum((n.value ->> 'calls')::float8) FILTER (WHERE n.value ->> 'first' IS NOT NULL), 0),
    sum((n.value ->> 'calls')::float8 * (n.value ->> 'errors')::float8) / nullif(sum((n.value ->> 'calls')::float8), 0)
FROM processes p
CROSS JOIN LATERAL json_each(p.measured) AS m (lane, value)
CROSS JOIN LATERAL json_each(m.value -> 'models') AS n (key, value)
WHERE p.expires_at > now() AND m.value ->> 'models' IS NOT NULL GROUP BY n.key
"""

_LANES = """
SELECT l.name, count(*), sum((p.measured::jsonb -> l.name ->> 'slots')::integer)
FROM processes p CROSS JOIN LATERAL unnest(p.lanes) AS l (name) WHERE p.expires_at > now() GROUP BY l.name
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """Moving averages, over processes weighed by their calls: seconds of a call and to its first delta; the part of
    calls that failed. None where nothing was measured."""

    calls: int
    seconds: float | None
    first: float | None
    errors: float


Measures = dict[str, Measure]
#: Processes that serve a lane, and the slots that they say it has (None: they have not begun yet).
Served = dict[str, tuple[int, int | None]]


def _read(_last: Measures) -> Measures:
    return {
        name: Measure(int(calls), seconds, first, float(errors or 0.0))
        for name, calls, seconds, first, errors in db.call(_MODELS)
        if calls
    }


def _serve(_last: Served) -> Served:
    return {name: (processes, slots) for name, processes, slots in db.call(_LANES)}


#: By model.
measures: Recent[Measures] = Recent(_read, {}, fresh=2.0, stale=4.0)

#: By lane.
served: Recent[Served] = Recent(_serve, {}, fresh=2.0, stale=4.0)
