"""What is out: the breaker of a model in its lane, open while it is paused in Postgres, where claims see it too.

One mechanism: `model_pauses` keeps jobs from being claimed, `Picture.health` keeps new ones from being sent there.
Every process reads it once a second while somebody asks.
"""

from dataclasses import dataclass
from datetime import datetime

from millrace import db
from millrace.recent import Recent

_PAUSES = "SELECT lane, model, until, until > clock_timestamp(), reason FROM model_pauses"


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when a model is out, and why. Not `open` any more: one job at a time tries whether it is back."""

    until: datetime
    open: bool
    reason: str


Pauses = dict[tuple[str, str], Pause]


def _read(_last: Pauses) -> Pauses:
    return {(lane, model): Pause(until, open, reason) for lane, model, until, open, reason in db.call(_PAUSES)}


#: By lane and model.
pauses: Recent[Pauses] = Recent(_read, {}, fresh=1.0, stale=2.0)
