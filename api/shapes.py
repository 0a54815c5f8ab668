"""The bodies and answers of our own API, as pydantic models: validation, and the OpenAPI document, come from them."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.webhooks.shapes import JobWebhook, WebhookTarget, WebhookUrl

Endpoint = Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings"]
ClassName = Literal["interactive", "job", "batch"]
Status = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]

_NoNul = StringConstraints(pattern=r"^[^\x00]*$")
MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=64)]
MetadataValue = Annotated[str, StringConstraints(max_length=512)]


class NewJob(BaseModel):
    """What to ask, and how it may be run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "endpoint": "/v1/chat/completions",
                "body": {"model": "demo", "messages": [{"role": "user", "content": "Why is the sky blue?"}]},
            }
        },
    )

    endpoint: Endpoint = Field(description="Which of OpenAI's endpoints `body` is for.")
    body: dict[str, Any] = Field(description="The request in OpenAI's shape; what we do not know passes through.")
    of_class: ClassName = Field("job", alias="class", description="Its weight among your own jobs: 16, 4, 1.")
    deadline: AwareDatetime | None = Field(None, description="Ends as `expired` if it is not done by then.")
    run_after: AwareDatetime | None = Field(None, description="Does not start before then.")
    max_attempts: int = Field(3, ge=1, le=20, description="Outages of the model and deaths of workers do not count.")
    metadata: dict[MetadataKey, MetadataValue] | None = Field(None, max_length=16)
    webhook: WebhookUrl | JobWebhook | None = Field(None, description="Where to tell of its end: docs/webhooks.md.")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str = Field(description="What is wrong, and what to do.")
    code: str
    param: str | None = None


class JobError(BaseModel):
    """Why a job ended as it did."""

    code: str
    message: str


class TokenUsage(BaseModel):
    """Tokens, as the backend counted them."""

    input_tokens: int
    output_tokens: int


class JobRoute(BaseModel):
    """Which name was asked for, why this model answers, and which others may, in order; `moved`: what was out."""

    asked: str
    why: str
    chain: list[str]
    moved: list[dict[str, str]] = []


class Job(BaseModel):
    """A job. Times are Unix seconds."""

    id: str
    object: Literal["job"] = "job"
    status: Status
    endpoint: str
    model: str
    route: JobRoute | None = Field(None, description="How the model was chosen; null where there was no choice.")
    lane: str
    of_class: ClassName = Field(serialization_alias="class")
    position: int | None = Field(None, description="1 is the next to run; null unless it waits and is due.")
    eta_seconds: float | None = Field(None, description="Until it starts, from the lane's measured rate.")
    attempt: int
    failures: int = Field(description="Attempts that failed and count.")
    max_attempts: int
    cancel_requested: bool
    created_at: int
    started_at: int | None = None
    finished_at: int | None = None
    run_after: int | None = None
    deadline: int | None = None
    metadata: dict[str, str] | None = None
    retry_of: str | None = None
    batch: str | None = Field(None, description="The batch that it is a line of.")
    custom_id: str | None = Field(None, description="Of its line.")
    webhook: WebhookTarget | None = None
    usage: TokenUsage | None = None
    error: JobError | None = None


class JobWithResult(Job):
    """A job that was waited for: with `result`, the answer in OpenAI's shape, when it is there."""

    result: dict[str, Any] | None = None


class JobList(BaseModel):
    """A page, newest first. `after` of the next one is `last_id`."""

    object: Literal["list"] = "list"
    data: list[Job]
    first_id: str | None
    last_id: str | None
    has_more: bool


class ListQuery(BaseModel):
    """Which jobs."""

    model_config = ConfigDict(extra="allow")

    status: Status | None = None
    model: Annotated[str, _NoNul] | None = Field(None, max_length=200)
    batch: str | None = Field(None, max_length=100, description="Its lines, in the order of its file; else no batch's.")
    after: str | None = Field(None, max_length=100)
    limit: int = Field(20, ge=1, le=100)


class EventsQuery(BaseModel):
    """From where on."""

    after: int = Field(0, ge=0, lt=2**53, description="The number of the last event you have.")


class Event(BaseModel):
    """One event of a job. Its number is the same over SSE, Socket.IO and polling."""

    seq: int
    type: str
    data: dict[str, Any]


class EventList(BaseModel):
    """The events there are now; `ended` when there will be no more."""

    object: Literal["list"] = "list"
    data: list[Event]
    ended: bool


class ModelPrice(BaseModel):
    """US dollars per million tokens; `cached` null: as input."""

    input: float
    output: float
    cached: float | None = None


class ModelPaused(BaseModel):
    """A model that is out: until when nothing is sent to it, and why; `trying`: that is over, and one job tries it."""

    until: int
    reason: str
    trying: bool


class AliasInfo(BaseModel):
    """A name that stands for whichever model suits a request; `models` null: of all."""

    id: str
    aim: Literal["best", "fast", "cheap"]
    private: bool
    models: list[str] | None = None


class ModelInfo(BaseModel):
    """A model that jobs can name, and how it does now. Nulls where nothing was measured or said."""

    id: str
    object: Literal["model"] = "model"
    engine: str
    lane: str
    capabilities: list[str]
    context: int
    max_output: int | None = Field(None, description="Tokens of one answer at the most.")
    private: bool = Field(description="What it is asked does not leave the house.")
    price: ModelPrice | None = None
    fallback: list[str] = Field([], description="Who answers while it is out, in this order.")
    aliases: list[str] = Field([], description="Names that may stand for it.")
    loaded: bool = Field(description="A worker serves its lane, and it is not out.")
    slots: int = Field(description="Of its lane, over all workers.")
    first_token_seconds: float | None = Field(None, description="Moving average, as workers measured it.")
    seconds: float | None = Field(None, description="Moving average of a whole call.")
    error_rate: float | None = Field(None, description="Moving average: the part of calls that failed.")
    paused: ModelPaused | None = None


class ModelList(BaseModel):
    """The models there are."""

    object: Literal["list"] = "list"
    data: list[ModelInfo]
    aliases: list[AliasInfo] = []
