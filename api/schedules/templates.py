"""From a body to the template that is kept, and from that to what is shown."""

from typing import Any

from api.schedules.shapes import NewSchedule, S3Object, ScheduleChange, ScheduledBatch, ScheduledJob
from api.webhooks.target import target
from millrace import files, ids
from millrace.errors import NotFound
from millrace.files import PREFIX as FILE
from millrace.jobs.able import able
from millrace.webhooks import destination


def template(tenant: str, body: NewSchedule | ScheduleChange) -> dict[str, Any]:
    """`{job: ...}` or `{batch: ...}`; empty where the body has neither. Raises InvalidField, UnknownModel, NotFound."""
    if body.job is not None:
        return {"job": _job(body.job)}
    return {"batch": _batch(tenant, body.batch)} if body.batch is not None else {}


def _job(job: ScheduledJob) -> dict[str, Any]:
    able(job.endpoint, job.body, "job.body.")
    return job.model_dump(by_alias=True, exclude={"webhook"}) | {"webhook": target(job.webhook)}


def _batch(tenant: str, batch: ScheduledBatch) -> dict[str, Any]:
    given = batch.model_dump(include={"endpoint", "completion_window", "metadata", "template"})
    expiry = batch.output_expires_after
    given |= {"output_seconds": expiry.seconds if expiry else None, "webhook": target(batch.webhook)}
    if batch.input.s3 is not None:
        return given | {"input": {"s3": _bucket(batch.input.s3)}}
    file = ids.parse(FILE, batch.input.file_id or "")
    if file is None:
        raise NotFound("No such file.")
    return given | {"input": {"file": files.find(tenant, file).id}}


def _bucket(bucket: S3Object) -> dict[str, Any]:
    if bucket.endpoint_url is not None:
        destination.check(bucket.endpoint_url, "batch.input.s3.endpoint_url", resolve=True)
    return bucket.model_dump(exclude_none=True)


def shown(template: dict[str, Any]) -> dict[str, Any]:
    """`{job, batch}`, without what is secret."""
    batch = template.get("batch")
    return {"job": template.get("job"), "batch": _shown_batch(batch) if batch else None}


def _shown_batch(batch: dict[str, Any]) -> dict[str, Any]:
    source = batch["input"]
    if "file" in source:
        return batch | {"input": {"file_id": ids.show(FILE, source["file"])}}
    bucket = dict(source["s3"])
    if "credentials" in bucket:
        bucket["credentials"] = {"access_key_id": bucket["credentials"]["access_key_id"]}
    return batch | {"input": {"s3": bucket}}
