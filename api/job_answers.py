"""How jobs are shown. Results are spliced in as the JSON text they are."""

import json
import time
from datetime import UTC, datetime
from typing import Any

from flask import Response

from millrace import ids
from millrace.cache.entry import Entry
from millrace.clock import now
from millrace.errors import DatabaseUnavailable, InvalidField
from millrace.jobs import position
from millrace.jobs.classes import Class
from millrace.jobs.find import Job, find
from millrace.jobs.submit import Accepted, Submission, kept

#: Behind everybody else of its class: where a job without a deadline stands the moment it is accepted.
LAST = datetime.max.replace(tzinfo=UTC)


def accepted(wanted: Submission, made: Accepted) -> Response:
    """202 and the job; one that the same key made before is shown as it is now."""
    shown = _fresh(wanted, made.id) if made.new else show(find(wanted.tenant, made.id))
    return _json(json.dumps(shown), 202, made.id)


def from_cache(wanted: Submission, id: str, entry: Entry | None, *, new: bool) -> Response:
    """A job that was answered from the cache: 202, or 200 with the answer where `entry` is to be shown."""
    if not new:
        return accepted(wanted, Accepted(id, new=False))
    ended = {"status": "succeeded", "attempt": 1, "finished_at": int(time.time())}
    shown = _submitted(wanted, id, time.time()) | ended
    if entry is None:
        return _json(json.dumps(shown), 202, id)
    usage = {"input_tokens": entry.input_tokens, "output_tokens": entry.output_tokens}
    return _spliced(shown | {"usage": usage}, entry.body, id)


def answer(job: Job) -> Response:
    return _json(json.dumps(show(job)), 200, job.id)


def with_result(job: Job, body: str | None) -> Response:
    """200: the job, and its answer if it has one."""
    return _spliced(show(job), body, job.id)


def _spliced(shown: dict[str, Any], body: str | None, job: str) -> Response:
    return _json(f'{json.dumps(shown)[:-1]}, "result": {body or "null"}}}', 200, job)


def page(found: list[Job], limit: int) -> Response:
    data = [show(job) for job in found[:limit]]
    shape = {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(found) > limit,
    }
    return Response(json.dumps(shape), mimetype="application/json")


def cursor(after: str | None) -> str | None:
    """The job that a page comes after. Raises InvalidField."""
    if after is None:
        return None
    parsed = ids.parse("job", after)
    if parsed is None:
        raise InvalidField("after: the `last_id` of the page before.", param="after")
    return parsed


def _json(text: str, status: int, job: str) -> Response:
    response = Response(text, status, mimetype="application/json")
    if status == 202:
        response.headers["Location"] = f"/api/v1/jobs/{ids.show('job', job)}"
    return response


def show(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    waits = job.state == "queued" and job.due
    place = _place(job.lane, job.tenant, job.of_class, job.key) if waits else (None, None)
    usage = {"input_tokens": job.input_tokens, "output_tokens": job.output_tokens}
    return {
        "id": ids.show("job", job.id),
        "object": "job",
        "status": job.state,
        "endpoint": job.endpoint,
        "model": job.model,
        "route": json.loads(job.route) if job.route else None,
        "lane": job.lane,
        "class": Class(job.of_class).name,
        "position": place[0],
        "eta_seconds": place[1],
        "attempt": job.attempt,
        "failures": job.failures,
        "max_attempts": job.max_attempts,
        "cancel_requested": job.cancel_requested,
        "created_at": _seconds(job.created_at),
        "started_at": _seconds(job.started_at),
        "finished_at": _seconds(job.finished_at),
        "run_after": _seconds(job.run_after),
        "deadline": _seconds(job.deadline),
        "metadata": json.loads(job.metadata) if job.metadata else None,
        "retry_of": ids.show("job", job.retry_of) if job.retry_of else None,
        "batch": ids.show("batch", job.batch) if job.batch else None,
        "custom_id": job.custom_id,
        "webhook": json.loads(job.webhook) if job.webhook else None,
        "usage": usage if job.input_tokens is not None else None,
        "error": json.loads(job.error) if job.error else None,
    }


def _fresh(wanted: Submission, id: str) -> dict[str, Any]:
    """A job that was accepted this moment: nothing need be read to show it."""
    due = wanted.run_after is None or wanted.run_after <= now()
    key = wanted.deadline or LAST
    place = _place(wanted.model.lane, wanted.tenant, wanted.of_class, key) if due else (None, None)
    return _submitted(wanted, id, time.time()) | {"position": place[0], "eta_seconds": place[1]}


def _submitted(wanted: Submission, id: str, created: float) -> dict[str, Any]:
    return {
        "id": ids.show("job", id),
        "object": "job",
        "status": "queued",
        "endpoint": wanted.endpoint,
        "model": wanted.model.name,
        "route": kept(wanted.route),
        "lane": wanted.model.lane,
        "class": wanted.of_class.name,
        "position": None,
        "eta_seconds": None,
        "attempt": 0,
        "failures": 0,
        "max_attempts": wanted.max_attempts,
        "cancel_requested": False,
        "created_at": int(created),
        "started_at": None,
        "finished_at": None,
        "run_after": _seconds(wanted.run_after),
        "deadline": _seconds(wanted.deadline),
        "metadata": wanted.metadata,
        "retry_of": ids.show("job", wanted.retry_of) if wanted.retry_of else None,
        "batch": None,
        "custom_id": None,
        "webhook": wanted.webhook,
        "usage": None,
        "error": None,
    }


def replied(wanted: Submission, created: float, end: dict[str, Any]) -> Response:
    """200: a job whose end was told to this process (millrace.jobs.reply): nothing need be read either."""
    shown = _submitted(wanted, end["id"], created) | {
        "status": end["state"],
        "model": end["model"],
        "attempt": end["attempt"],
        "failures": end["failures"],
        "started_at": int(end["started_at"]),
        "finished_at": int(time.time()),
        "usage": {"input_tokens": end["input_tokens"], "output_tokens": end["output_tokens"]},
        "error": json.loads(end["error"]) if end["error"] else None,
    }
    return _spliced(shown, end["body"], end["id"])


def _place(lane: str, tenant: str, of_class: int, key: datetime) -> tuple[int | None, float | None]:
    """Position and ETA; the loss of either is no reason to fail."""
    try:
        picture = position.picture(lane)
    except DatabaseUnavailable:
        return None, None
    place = picture.place(tenant, of_class, key)
    return place, picture.eta(place)


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None
