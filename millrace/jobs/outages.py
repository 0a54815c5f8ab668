"""A backend that is away pauses its model in its lane: the jobs stay in their queues, and it costs them no attempt."""

from millrace import db

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
