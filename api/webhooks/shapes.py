"""The bodies and answers of webhooks."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.pages import Page, PageQuery, Text
from millrace.webhooks.destination import LONGEST
from millrace.webhooks.events import BatchEvent, EventType, JobEvent

WebhookUrl = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Types = Annotated[list[EventType], Field(min_length=1, max_length=50)]
Description = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
State = Literal["pending", "delivered", "failed"]


class Body(BaseModel):
    """A field that we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class JobWebhook(Body):
    """Where one job wants to be told of its end."""

    url: WebhookUrl
    events: list[JobEvent] | None = Field(None, min_length=1, max_length=50, description="null: every one.")


class BatchWebhook(Body):
    """Where one batch wants to be told of its end."""

    url: WebhookUrl
    events: list[BatchEvent] | None = Field(None, min_length=1, max_length=50, description="null: every one.")


class WebhookTarget(BaseModel):
    """Where a job or a batch wants to be told; `events` null: of every type."""

    url: str
    events: list[str] | None = None


class NewEndpoint(Body):
    """Where, and of what."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"url": "https://example.com/hooks", "events": ["job.succeeded", "job.failed"]}}
    )

    url: WebhookUrl = Field(description="https, on the public internet, without user and password.")
    events: Types | None = Field(None, description="Types of events; null: every one, also those to come.")
    description: Description = ""


class EndpointChange(Body):
    """What is left out stays."""

    url: WebhookUrl | None = None
    events: Types | None = Field(None, description="null: every one.")
    description: Description | None = None
    enabled: bool | None = Field(None, description="true: enable it again, without its history of failures.")


class EndpointInfo(BaseModel):
    """An endpoint. `reason` says why it is not enabled: `asked`, `gone` (it answered 410), `failing` (for a week)."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    url: str
    events: list[str] | None
    description: str
    enabled: bool
    reason: str | None
    failing_since: int | None = Field(description="Since when every try has failed.")
    created_at: int
    disabled_at: int | None


class EndpointWithSecret(EndpointInfo):
    """A new endpoint, with the secret that signs what is sent to it."""

    secret: str


class EndpointList(BaseModel):
    """All of them, newest first."""

    object: Literal["list"] = "list"
    data: list[EndpointInfo]


class SecretInfo(BaseModel):
    """The secret that signs: `whsec_` and base64, as libraries of Standard Webhooks take it."""

    secret: str


class SecretRotation(Body):
    """For how long both sign."""

    overlap_seconds: int = Field(86_400, ge=0, le=30 * 86_400)


class TestEvent(Body):
    """Which type to make up; null: `webhook.test`."""

    type: EventType | None = None


class AttemptInfo(BaseModel):
    """One try. `status` null: no answer came, and `error` says why."""

    status: int | None
    error: str | None
    response: str = Field(description="The beginning of what was answered.")
    seconds: float
    at: int


class EventInfo(BaseModel):
    """What is sent, as it is sent."""

    id: str
    object: Literal["event"] = "event"
    type: str
    created_at: int
    data: dict[str, Any]


class DeliveryInfo(BaseModel):
    """One event for one receiver, and what came of it."""

    id: str
    object: Literal["webhook_delivery"] = "webhook_delivery"
    state: State
    endpoint: str | None = Field(description="null: the target that the job or the batch named.")
    url: str | None = Field(description="null: its endpoint was deleted.")
    event: EventInfo
    next_try: int | None
    finished_at: int | None
    attempts: list[AttemptInfo]


class DeliveryList(Page):
    """A page, newest first. `after` of the next one is `last_id`."""

    data: list[DeliveryInfo]


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    endpoint: Annotated[Text, Field(max_length=100)] | None = None
    job: Annotated[Text, Field(max_length=100)] | None = None
    batch: Annotated[Text, Field(max_length=100)] | None = None
    state: State | None = None
