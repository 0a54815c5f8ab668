"""What becomes of a job whose model was out, or broke off: back to its queue, or on to the next model of its chain.

An outage (refused, 503) pauses the model in its lane, and what waits for it moves on if it can. A 429 slows this
process down first, and pauses only where one slot is too many already. All of it costs the job no attempt.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from millrace.catalog.catalog import catalog
from millrace.engines.answers.statuses import ACCOUNT
from millrace.engines.failures import Failure
from millrace.jobs import failover, outages
from millrace.jobs.claim import Claimed
from millrace.jobs.requeue import Requeue
from millrace.routing.breaker import breaker
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds before a job that was told 429 is due again: as the backend asks, between these.
SOON, LATE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Setback:
    """One failed call. `slowed(begun)` tells the lane's pace of a 429, see `millrace.jobs.pace.Pace.slowed`; `brought`:
    the tenant's own account was asked, and its limits are nobody else's."""

    job: Claimed
    lane: str
    failure: Failure
    begun: float
    slowed: Callable[[float], bool]
    brought: bool = False

    @property
    def error(self) -> str:
        return json.dumps({"code": self.failure.code, "message": self.failure.message})

    @property
    def is_theirs(self) -> bool:
        """Whether it was a limit of the tenant's own account, which tells nothing of the model."""
        return self.brought and outages.throttled(self.failure)


def of_outage(one: Setback) -> Requeue:
    """Where the job goes. Raises DatabaseUnavailable: call it again then."""
    job, wish = one.job, getattr(one.failure, "retry_after", None)
    slowed = one.is_theirs or (outages.throttled(one.failure) and one.slowed(one.begun))
    if not slowed:
        _pause(one, reason(one.failure), wish)
    back = Requeue(job.id, job.lease, "outage", one.error)
    target = failover.instead(job.id, job.model, reason(one.failure))
    if target is not None:
        log.info("another model answers", model=target.model, instead_of=job.model, code=one.failure.code)
        return replace(back, model=target.model, lane=target.lane, route=target.route)
    delay = min(max(wish or SOON, SOON), LATE) * (1 + random.random() / 2)
    return replace(back, delay=delay) if slowed else back


def of_refusal(one: Setback) -> Requeue | None:
    """Where a job goes whose backend refused the account, not the request: a bad key, no credit. None: it fails.

    Never where it came from, or two such accounts would send it to and fro. Raises DatabaseUnavailable.
    """
    job, failure = one.job, one.failure
    if failure.code not in ACCOUNT:
        return None
    target = failover.instead(job.id, job.model, failure.code, onward=True)
    if target is None:
        return None
    back = Requeue(job.id, job.lease, "refused", one.error)
    return replace(back, model=target.model, lane=target.lane, route=target.route)


def of_break(one: Setback) -> None:
    """A call broke off: with too many of them its model counts as out. Raises DatabaseUnavailable."""
    model = catalog().models.get(one.job.model)
    why = outages.failed(one.lane, one.job.model, model.engine if model else "", one.failure)
    if why is not None:
        _pause(one, why, None)


def went_well(model: str) -> None:
    """A call of that model succeeded."""
    found = catalog().models.get(model)
    breaker.succeeded(f"{found.engine if found else ''}/{model}")


def here(back: Requeue) -> Requeue:
    """The same without another model: a quota of that one has no room for the job."""
    return replace(back, model=None, lane=None, route=None, delay=SOON)


def _pause(one: Setback, why: str, wish: float | None) -> None:
    paused = outages.pause(one.lane, one.job.model, why, wish)
    if paused:
        log.warning("model paused", model=one.job.model, seconds=round(paused, 1), code=one.failure.code)
        failover.drain_beside(one.lane, one.job.model)


def reason(failure: Failure) -> str:
    """Why a model is paused, without the backend's words: they may quote the request, and this is in clear."""
    return f"{failure.code}, status {failure.status}" if failure.status else failure.code
