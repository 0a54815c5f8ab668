"""Batches in OpenAI's shape, with what we say besides."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.pages import Page, PageQuery, Text
from api.shapes import MetadataKey, MetadataValue
from api.v1.file_shapes import Expiry
from api.webhooks.shapes import BatchWebhook, WebhookUrl

BatchEndpoint = Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses"]
Window = Literal["1h", "4h", "24h", "7d", "off-peak"]
Status = Literal[
    "quoting", "quoted", "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling",
    "cancelled",
]  # fmt: skip


class Template(BaseModel):
    """How a row of a CSV file becomes a request: `{{ column }}` in any text stands for the row's cell."""

    model_config = ConfigDict(extra="forbid")

    custom_id: Annotated[Text, Field(min_length=1, max_length=512)]
    body: dict[str, Any]


class NewBatch(BaseModel):
    """A file of requests, and until when they must have run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "input_file_id": "file_0192a0b0c0d0e0f00112233445566778",
                "endpoint": "/v1/chat/completions",
                "completion_window": "24h",
            }
        },
    )

    input_file_id: Annotated[Text, Field(max_length=100)]
    endpoint: BatchEndpoint
    completion_window: Window = Field("24h", description="`off-peak`: only in the hours that OFF_PEAK names.")
    metadata: dict[MetadataKey, MetadataValue] | None = Field(None, max_length=16)
    output_expires_after: Expiry | None = None
    template: Template | None = Field(None, description="The file is CSV, and its rows are put into this.")
    webhook: WebhookUrl | BatchWebhook | None = Field(None, description="Where to tell of its end: docs/webhooks.md.")


class LineError(BaseModel):
    """Why a line cannot be used."""

    code: str
    message: str
    param: str | None
    line: int | None


class LineErrors(BaseModel):
    """The first hundred; all of them are in the error file."""

    object: Literal["list"] = "list"
    data: list[LineError]


class Counts(BaseModel):
    """Lines in all, and of those that have ended."""

    total: int
    completed: int
    failed: int


class CachedTokens(BaseModel):
    """Of the input's, those that the backend had cached."""

    cached_tokens: int


class ReasoningTokens(BaseModel):
    """Not told apart."""

    reasoning_tokens: int


class BatchUsage(BaseModel):
    """Tokens of all lines, at the end."""

    input_tokens: int
    input_tokens_details: CachedTokens
    output_tokens: int
    output_tokens_details: ReasoningTokens
    total_tokens: int


class BatchProgress(BaseModel):
    """Lines now; lines a second so far, and seconds until the end, where they are known."""

    waiting: int
    running: int
    done: int
    lines_per_second: float | None
    eta_seconds: float | None


class QuotedModel(BaseModel):
    """One model's part. Output tokens and cost are the most that may come."""

    model: str
    lane: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: str


class QuotedQuota(BaseModel):
    """What a quota leaves afterwards, in its unit (`requests`, `tokens`, `usd`); negative: it is too little."""

    unit: str
    of: Literal["tenant", "key"]
    model: str | None
    limit: str
    left: str
    fits: bool


class BatchQuote(BaseModel):
    """What the batch takes at the most. `seconds`: by the measured rate; null while nothing was measured."""

    models: list[QuotedModel]
    cost_usd: str
    seconds: float | None
    fits_window: bool | None
    quotas: list[QuotedQuota]


class BatchInfo(BaseModel):
    """A batch. Times are Unix seconds."""

    id: str
    object: Literal["batch"] = "batch"
    endpoint: str
    model: str | None = Field(description="If all lines ask the same one.")
    errors: LineErrors | None
    input_file_id: str | None
    completion_window: str
    status: Status
    output_file_id: str | None
    error_file_id: str | None
    created_at: int
    in_progress_at: int | None
    expires_at: int | None
    finalizing_at: int | None
    completed_at: int | None
    failed_at: int | None
    expired_at: int | None
    cancelling_at: int | None
    cancelled_at: int | None
    request_counts: Counts
    usage: BatchUsage | None
    metadata: dict[str, str] | None
    paused: bool
    progress: BatchProgress | None = Field(description="While it runs.")
    quote: BatchQuote | None
    cost_usd: str | None = Field(description="What it has cost, at the end.")
    retry_of: str | None


class BatchList(Page):
    """A page of batches."""

    data: list[BatchInfo]


class BatchQuery(PageQuery):
    """Which page."""


class ResultQuery(BaseModel):
    """How the lines come."""

    model_config = ConfigDict(extra="ignore")

    format: Literal["jsonl", "csv", "parquet"] = "jsonl"
    lines: Literal["succeeded", "failed", "all"] = "all"
