"""What a call gets from the caches, or from others who ask the same, before it becomes a job that somebody runs."""

import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, has_app_context, request

from api.departures import departures
from millrace.cache import exact
from millrace.cache.entry import Entry
from millrace.cache.flights import Follower
from millrace.cache.plan import Plan, plan
from millrace.cache.wish import HEADER
from millrace.errors import CallTimedOut, ClientGone
from millrace.jobs.answer import answer, prepared
from millrace.jobs.sharing import flying
from millrace.jobs.submit import Submission

#: How often one follows somebody else's call that comes to nothing, before one asks for oneself whoever else does.
TRIES = 2

HIT, MISS = "hit", "miss"

#: Seconds in which the answer of a job that ended is there for who followed it.
SOON = 10.0

#: What an operation that goes by the caches says of the header.
SAYS = {
    HEADER: "`on`: an answer that was given before will do. `refresh`: ask anew, and keep it. `off`: neither. "
    "`semantic`: the answer to a question of the same meaning will do, too. Without it, embeddings and what is asked "
    "at temperature 0 are cached. The answer says `hit`, `semantic` or `miss`."
}


@dataclass(frozen=True, slots=True)
class Answered:
    """A job that was answered from the cache. Not `new`: the request's key had made that job before."""

    job: str
    new: bool
    entry: Entry

    @property
    def end(self) -> dict[str, Any]:
        """As a job's end is told."""
        return {"state": "succeeded", "model": self.entry.model, "body": self.entry.body, "error": None}


def install(app: Flask) -> None:
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if "cache" in g:
        response.headers[HEADER] = g.cache
    return response


def planned(wanted: Submission) -> Plan | None:
    """How this request's submission goes by the caches. One that is asked again is asked anew. Raises InvalidField."""
    given = None if wanted.retry_of else request.headers.get(HEADER)
    found = plan(given, wanted.tenant, wanted.model.name, wanted.endpoint, wanted.body)
    if found is not None and (wanted.retry_of or wanted.run_after):
        return Plan(found.key, look=False)
    return found


def found(wanted: Submission, id: str) -> Answered | None:
    """The job, answered, if the answer is there. Raises KeyReused, QuotaExceeded, DatabaseUnavailable."""
    if wanted.caching is None:
        return None
    noted(MISS)
    entry = exact.find(wanted.tenant, wanted.caching.key) if wanted.caching.look else None
    return metered(wanted, id, entry) if entry else None


def metered(wanted: Submission, id: str, entry: Entry) -> Answered | None:
    """None where the answer is another model's, which stood in, or was purged meanwhile."""
    if wanted.caching is None or entry.model != wanted.model.name:
        return None
    made = answer(prepared(wanted), id, entry)
    if made is None:
        exact.forget(wanted.caching.key)
        return None
    noted(HIT)
    return Answered(made.id, made.new, entry)


def answered(wanted: Submission, id: str, until: float) -> Answered | None:
    """The same, or what another call for the same is answered; None: ask the model, and `land` when that has ended."""
    hit = found(wanted, id)
    for _ in range(TRIES):
        follower = None if hit else followed(wanted, id)
        if follower is None:
            break
        with departures.watched(request.environ, follower.leave):
            entry = awaited(follower, until)
        hit = metered(wanted, id, entry) if entry else None
    return hit


def followed(wanted: Submission, id: str) -> Follower | None:
    """Follow the call that asks the same; None: nobody does, or we are not to share."""
    if wanted.caching is None or not wanted.caching.look:
        return None
    return flying.join(wanted.tenant, wanted.caching.key, id)


def awaited(follower: Follower, until: float) -> Entry | None:
    """What comes of the call that is followed. Raises ClientGone, CallTimedOut."""
    follower.stirred.wait(max(0.0, until - time.monotonic()))
    if follower.gone:
        raise ClientGone
    if not follower.flight.ended:
        raise CallTimedOut
    return follower.flight.entry


def landed(wanted: Submission, id: str) -> None:
    """Our own job has ended, or never began: who follows it need wait no longer."""
    if wanted.caching is not None:
        flying.land(wanted.caching.key, id)


def told(wanted: Submission, end: dict[str, Any]) -> None:
    """Our own job's end, as it was told to this process (millrace/jobs/reply.py): its answer is brought near."""
    if end.get("cache"):
        noted(end["cache"])
    elif wanted.caching is None:
        return
    elif end["state"] == "succeeded" and end.get("model", wanted.model.name) == wanted.model.name:
        tokens = (end["input_tokens"], end["output_tokens"])
        entry = Entry(wanted.tenant, wanted.model.name, end["body"], *tokens, end["asked_at"], time.time())
        exact.keep(wanted.caching.key, entry)


def noted(cache: str) -> None:
    """Which cache answered, for the header; too late once the answer has begun."""
    if has_app_context():
        g.cache = cache
