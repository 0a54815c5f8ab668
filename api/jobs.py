"""Jobs: submit, look, list, cancel, retry, result."""

import json
from typing import Any

from flask import Response

from api import job_answers, waiting
from api.auth import caller
from api.guard import SAYS as GUARD
from api.job_requests import asked_by, idempotency_key, metadata_filter, submission
from api.operations import operation
from api.shapes import Job, JobList, JobWithResult, ListQuery, NewJob, Problem
from api.v1 import caching
from api.v1.caching import SAYS
from millrace import ids
from millrace.batches import find as batches
from millrace.batches.batch import PREFIX
from millrace.errors import Conflict, NotKept
from millrace.identity.permissions import Permission
from millrace.jobs import find, forget
from millrace.jobs.cancel import cancel
from millrace.jobs.retried import retried
from millrace.jobs.submit import submit

KEY = {"Idempotency-Key": "The same key and request give the same job, for at least 24 hours. 255 characters at most."}

WAIT = {"Prefer": "`wait=n`: answer when the job is done, if it is within n seconds (60 at most)."}


@operation(
    "POST /api/v1/jobs",
    summary="Submit a job",
    tag="Jobs",
    permission=Permission.jobs_write,
    rate="inference",
    body=NewJob,
    headers={**KEY, **SAYS, **GUARD, **WAIT},
    answers={202: Job, 200: JobWithResult, 422: Problem, 429: Problem},
)
def create(body: NewJob) -> Any:
    """Accepted means durable: the job survives the death of any process. `Location` says where it is."""
    wanted = submission(caller(), body)
    wanted.key = idempotency_key()
    seconds = waiting.preferred_seconds()
    hit = caching.found(wanted, ids.new())
    if hit is not None:
        return job_answers.from_cache(wanted, hit.job, hit.entry if seconds else None, new=hit.new)
    if seconds:
        return waiting.submit_and_wait(wanted, seconds)
    accepted = submit(wanted)
    return job_answers.accepted(wanted, accepted)


@operation(
    "GET /api/v1/jobs/<id>",
    summary="Look at a job",
    tag="Jobs",
    permission=Permission.jobs_read,
    answers={200: Job, 404: Problem},
)
def show(id: str) -> Response:
    """Its state; while it waits, its position and when it is expected to start."""
    return job_answers.answer(find.find(caller().tenant, ids.parse("job", id)))


@operation(
    "GET /api/v1/jobs",
    summary="List jobs",
    tag="Jobs",
    permission=Permission.jobs_read,
    query=ListQuery,
    answers={200: JobList, 400: Problem, 404: Problem},
)
def index(query: ListQuery) -> Response:
    """Newest first. Narrow by `status`, `model` and `metadata[key]=value`. The lines of a batch only with `batch`."""
    batch = batches.find(caller().tenant, ids.parse(PREFIX, query.batch)).id if query.batch else None
    after = job_answers.cursor(query.after)
    filters = find.Filters(query.status, query.model, metadata_filter(), batch, after)
    found = find.find_all(caller().tenant, filters, query.limit + 1)
    return job_answers.page(found, query.limit)


@operation(
    "POST /api/v1/jobs/<id>/cancel",
    summary="Cancel a job",
    tag="Jobs",
    permission=Permission.jobs_write,
    answers={200: Job, 404: Problem},
)
def stop(id: str) -> Response:
    """At once while it waits; within a second while it runs. One that has ended stays as it is. Safe to repeat."""
    job = find.find(caller().tenant, ids.parse("job", id))
    if not job.ended:
        cancel(job.tenant, job.id)
        job = find.find(caller().tenant, job.id)
    return job_answers.answer(job)


@operation(
    "POST /api/v1/jobs/<id>/retry",
    summary="Ask again",
    tag="Jobs",
    permission=Permission.jobs_write,
    rate="inference",
    headers=KEY | GUARD,
    answers={202: Job, 404: Problem, 409: Problem, 422: Problem, 429: Problem},
)
def retry(id: str) -> Any:
    """A new job with the same request, which names this one in `retry_of`. This one must have ended."""
    job = find.find(caller().tenant, ids.parse("job", id))
    if not job.ended:
        raise Conflict(f"The job is {job.state}. Only one that has ended can be retried; cancel it first.")
    wanted = asked_by(caller(), retried(job))
    wanted.key = idempotency_key()
    return job_answers.accepted(wanted, submit(wanted))


@operation(
    "GET /api/v1/jobs/<id>/result",
    summary="The answer",
    tag="Jobs",
    permission=Permission.jobs_read,
    answers={200: "The answer in OpenAI's shape.", 404: Problem, 409: Problem, 410: Problem},
)
def result(id: str) -> Response:
    """What the model said. 409 while there is nothing yet, and when the job ended without an answer.

    410 when its request said `store: false` and it was delivered half a minute ago, or ended a day ago.
    """
    job = find.find(caller().tenant, ids.parse("job", id))
    body, error = find.result(job.tenant, job.id) if job.ended else (None, None)
    if job.ended and not job.store:
        forget.delivered(job.tenant, job.id)
        if job.state == "succeeded" and body is None:
            raise NotKept
    if body is not None:
        return Response(body, mimetype="application/json")
    reason = json.loads(error)["message"] if error else f"it is {job.state}"
    raise Conflict(f"The job has no result: {reason}.", retry_after=None if job.ended else 1)
