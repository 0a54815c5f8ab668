"""A backend that is away pauses its model in its lane: the jobs stay in their queues, and it costs them no attempt."""

from millrace import db
from millrace.engines.failures import Broken, Failure, Unavailable
from millrace.routing.breaker import breaker
from millrace.routing.pauses import pauses

#: Seconds: the first pause, and the longest; each failure after a pause doubles it.
FIRST, LONGEST = 1.0, 30.0

_PAUSE = """
INSERT INTO model_pauses AS p (lane, model, until, failures, reason)
VALUES (%(lane)s, %(model)s, now() + make_interval(secs => %(first)s), 1, %(reason)s)
ON CONFLICT (lane, model) DO UPDATE SET
    until = now() + make_interval(
        secs => greatest(%(wish)s, least(%(longest)s, %(first)s * 2 ^ least(p.failures, 10)))
    ),
    failures = p.failures + 1, reason = excluded.reason
WHERE p.until <= now()
RETURNING extract(epoch FROM p.until - now())
"""


def pause(lane: str, model: str, reason: str, wish: float | None = None) -> float | None:
    """Pause a model; for how many seconds, or None when it is paused already. `wish`: what the backend asked for."""
    parameters = {
        "lane": lane,
        "model": model,
        "first": FIRST if wish is None else min(max(wish, FIRST), LONGEST),
        "wish": min(wish or 0.0, LONGEST),
        "longest": LONGEST,
        "reason": reason[:500].replace("\x00", ""),
    }
    rows = db.call(_PAUSE, parameters)
    return float(rows[0][0]) if rows else None


def throttled(failure: Failure) -> bool:
    """Whether the backend is there, and only has no room for so many at a time."""
    return isinstance(failure, Unavailable) and failure.status == 429


def failed(lane: str, model: str, engine: str, failure: Failure) -> str | None:
    """A call broke off: why its model counts as out now, or None. One that was out must go well at once."""
    if not isinstance(failure, Broken):
        return None
    why = breaker.failed(f"{engine}/{model}")
    known = pauses().get((lane, model))
    return why or (f"{failure.code} while it was tried" if known and not known.open else None)
