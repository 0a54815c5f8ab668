"""A retry that is asked for is a new job with the same request."""

import json

from millrace.catalog.catalog import catalog
from millrace.errors import Conflict
from millrace.jobs.asked import RESPONSES
from millrace.jobs.classes import Class
from millrace.jobs.find import Job, request_body
from millrace.jobs.submit import Submission


def retried(job: Job) -> Submission:
    """A submission that repeats a job, without its times. Raises UnknownModel if the model is gone, Conflict where the
    request was not kept."""
    if not job.store:
        raise Conflict("The job's request said `store: false`, so it was not kept. Submit it again.")
    return Submission(
        tenant=job.tenant,
        model=catalog().model(job.model),
        endpoint=job.endpoint,
        body=json.loads(request_body(job.tenant, job.id)),
        of_class=Class(job.of_class),
        max_attempts=job.max_attempts,
        metadata=json.loads(job.metadata) if job.metadata else None,
        retry_of=job.id,
        webhook=json.loads(job.webhook) if job.webhook else None,
        background=job.endpoint == RESPONSES,
    )
