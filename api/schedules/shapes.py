"""The bodies and answers of schedules."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.batches.shapes import BatchEndpoint, Template, Window
from api.pages import Page, PageQuery, Text
from api.shapes import ClassName, Endpoint, JobError, MetadataKey, MetadataValue
from api.v1.file_shapes import Expiry
from api.webhooks.shapes import BatchWebhook, Body, JobWebhook, WebhookUrl

Name = Annotated[Text, Field(min_length=1, max_length=200)]
Cron = Annotated[Text, Field(min_length=1, max_length=200)]
Zone = Annotated[Text, Field(min_length=1, max_length=64)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=16)]
Printable = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[!-~]+$")]
Missed = Literal["skip", "once", "all"]
Overlap = Literal["skip", "allow", "cancel"]


class ScheduledJob(Body):
    """A job, as POST /api/v1/jobs takes it, without moments: `deadline_seconds` counts from when it is made."""

    endpoint: Endpoint
    body: dict[str, Any]
    of_class: ClassName = Field("job", alias="class")
    deadline_seconds: int | None = Field(None, ge=1, le=366 * 86_400)
    max_attempts: int = Field(3, ge=1, le=20)
    metadata: Metadata | None = None
    webhook: WebhookUrl | JobWebhook | None = None


class Credentials(Body):
    """What opens the bucket. Kept encrypted, and never shown again."""

    access_key_id: Printable
    secret_access_key: Printable
    session_token: Printable | None = None


class S3Object(Body):
    """An object of a bucket, pulled at each run. Without credentials it is asked anonymously."""

    bucket: Annotated[str, Field(pattern=r"^[a-zA-Z0-9.\-_]{3,255}$")]
    key: Annotated[Text, Field(min_length=1, max_length=1024)] = Field(
        description="`{date}` (2026-11-28), `{year}`, `{month}`, `{day}`, `{hour}` are the window's, in its zone."
    )
    region: Annotated[str, Field(pattern=r"^[a-z0-9\-]{1,64}$")] | None = None
    endpoint_url: WebhookUrl | None = Field(
        None, description="Of a store that is not AWS: https, on the public internet."
    )
    credentials: Credentials | None = None


class Input(Body):
    """A file that is stored here, or one that is pulled: one of the two."""

    file_id: Annotated[Text, Field(max_length=100)] | None = None
    s3: S3Object | None = None

    @model_validator(mode="after")
    def _one(self) -> "Input":
        if (self.file_id is None) == (self.s3 is None):
            raise ValueError("name either file_id or s3")
        return self


class ScheduledBatch(Body):
    """A batch, as POST /api/v1/batches takes it."""

    endpoint: BatchEndpoint
    input: Input
    completion_window: Window = "24h"
    metadata: Metadata | None = None
    output_expires_after: Expiry | None = None
    template: Template | None = Field(None, description="The file is CSV, and its rows are put into this.")
    webhook: WebhookUrl | BatchWebhook | None = None


class NewSchedule(Body):
    """When (`cron`, or `every_seconds`), and what (`job`, or `batch`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Morning report",
                "cron": "30 6 * * MON-FRI",
                "zone": "Europe/Berlin",
                "job": {
                    "endpoint": "/v1/chat/completions",
                    "body": {"model": "demo", "messages": [{"role": "user", "content": "What is new?"}]},
                },
            }
        }
    )

    name: Name
    cron: Cron | None = Field(None, description="Minute, hour, day, month, weekday, as cron has them.")
    zone: Zone = Field("UTC", description="In which the cron expression is meant, by its IANA name.")
    every_seconds: int | None = Field(None, ge=60, le=366 * 86_400)
    job: ScheduledJob | None = None
    batch: ScheduledBatch | None = None
    missed: Missed = Field("once", description="Of windows that passed while nothing ran: none, one for all, or each.")
    overlap: Overlap = Field("allow", description="While the run before goes on: skip this one, or cancel that one.")

    @model_validator(mode="after")
    def _one_of_each(self) -> "NewSchedule":
        if (self.cron is None) == (self.every_seconds is None):
            raise ValueError("name either cron or every_seconds")
        if (self.job is None) == (self.batch is None):
            raise ValueError("name either job or batch")
        return self


class ScheduleChange(Body):
    """What is left out stays. `cron` takes the place of `every_seconds`, and `job` that of `batch`, or the reverse."""

    name: Name | None = None
    cron: Cron | None = None
    zone: Zone | None = None
    every_seconds: int | None = Field(None, ge=60, le=366 * 86_400)
    job: ScheduledJob | None = None
    batch: ScheduledBatch | None = None
    missed: Missed | None = None
    overlap: Overlap | None = None

    @model_validator(mode="after")
    def _no_two(self) -> "ScheduleChange":
        for one, other in (("cron", "every_seconds"), ("job", "batch")):
            if {one, other} <= self.model_fields_set:
                raise ValueError(f"name either {one} or {other}")
        if any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("null is no value here: leave out what is to stay")
        return self


class ScheduleInfo(BaseModel):
    """A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets."""

    id: str
    object: Literal["schedule"] = "schedule"
    name: str
    cron: str | None
    zone: str
    every_seconds: int | None
    job: dict[str, Any] | None
    batch: dict[str, Any] | None
    missed: Missed
    overlap: Overlap
    paused: bool
    reason: str | None = Field(description="Why it is paused, where nobody asked for it.")
    runs_as: str = Field(description="The key (`key_...`) or the user in whose name it runs.")
    next_runs: list[str] = Field(description="The next five, in its zone.")
    last_at: int | None = Field(description="The last window that was taken.")
    created_at: int


class ScheduleList(Page):
    """A page of schedules."""

    data: list[ScheduleInfo]


class RunInfo(BaseModel):
    """A run. `fired`: `job_id` or `batch_id` is what it made, and `result_status` how that is now."""

    id: str
    object: Literal["schedule.run"] = "schedule.run"
    due_at: int
    asked: bool = Field(description="Somebody asked for it, between two windows.")
    missed: int = Field(description="Earlier windows that it stands for.")
    status: Literal["pending", "fired", "skipped", "failed"]
    job_id: str | None
    batch_id: str | None
    result_status: str | None
    error: JobError | None
    ended_at: int | None


class RunList(Page):
    """A page of runs."""

    data: list[RunInfo]


class ScheduleQuery(PageQuery):
    """Which page."""
