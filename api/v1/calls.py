"""A call of OpenAI's API: a job that this process owns, waited for until it ends or the caller hangs up."""

import time
from typing import Any

from flask import Response, request

from api import routed
from api.departures import departures
from api.v1 import caching, express
from api.v1.failures import failure_of
from api.waiting import Waiter, has_come, others_end, replies
from millrace import ids
from millrace.errors import CallTimedOut, ClientGone, NotKept
from millrace.jobs import find, forget
from millrace.jobs.owner import owner
from millrace.jobs.submit import Submission, submit

#: Seconds that a call may take, its wait in the queue included: what OpenAI's clients wait by default.
MOST = 600.0


def whole(wanted: Submission) -> Response:
    """Submit, wait, and answer in OpenAI's shape. Raises what `failure_of` makes of a job that did not succeed."""
    job, end = waited(wanted)
    express.remember(wanted)
    response = Response(ended(end)["body"], mimetype="application/json")
    response.headers["x-request-id"] = ids.show("job", job)
    return response


def waited(wanted: Submission) -> tuple[str, dict[str, Any]]:
    """Submit, and wait for the end: the job, and `{state, model, body, error}`; the model is the one that answered."""
    id = ids.new()
    try:
        hit = caching.answered(wanted, id, time.monotonic() + MOST)
        if hit is None:
            return _asked(wanted, id)
        return hit.job, hit.end if hit.new else _end(wanted, hit.job, None)
    finally:
        caching.landed(wanted, id)


def _asked(wanted: Submission, id: str) -> tuple[str, dict[str, Any]]:
    waiter = expected(wanted, id)
    try:
        made = submit(wanted, id)
        with departures.watched(request.environ, waiter.leave):
            return made.id, _end(wanted, made.id, waiter if made.new else None)
    finally:
        replies.forget(id)


def ended(end: dict[str, Any]) -> dict[str, Any]:
    """The same, if it succeeded. Raises CallFailed."""
    if end["state"] != "succeeded":
        raise failure_of(end["state"], end["error"])
    return end


def expected(wanted: Submission, id: str) -> Waiter:
    """Who waits for a job to be; without an Idempotency-Key this process owns it."""
    wanted.reply_to = owner.present()
    wanted.owner = None if wanted.key else wanted.reply_to
    return replies.expect(id)


def _end(wanted: Submission, job: str, waiter: Waiter | None) -> dict[str, Any]:
    until = time.monotonic() + MOST
    come = others_end(wanted.tenant, job, until) if waiter is None else has_come(wanted.tenant, job, waiter, until)
    if not come:
        abandon(wanted, job)
        raise ClientGone if waiter and waiter.gone else CallTimedOut
    return told(wanted, job, waiter)


def abandon(wanted: Submission, job: str) -> None:
    """Nobody waits any more: a job that is owned ends with its call."""
    if wanted.owner is not None:
        owner.abandon(wanted.tenant, job)


def told(wanted: Submission, job: str, waiter: Waiter | None) -> dict[str, Any]:
    """How a job ended, as `waited` says, with JSON texts: as this process was told, or as Postgres knows it."""
    if not wanted.store:
        forget.delivered(wanted.tenant, job)
    if waiter is not None and waiter.settlement is not None:
        caching.told(wanted, waiter.settlement)
        routed.answered_by(waiter.settlement["model"])
        return waiter.settlement
    body, error = find.result(wanted.tenant, job)
    if body is None and error is None and not wanted.store:
        raise NotKept
    known = find.find(wanted.tenant, job)
    routed.answered_by(known.model)
    return {"state": known.state, "model": known.model, "body": body, "error": error}
