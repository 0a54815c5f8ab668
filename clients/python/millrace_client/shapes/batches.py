"""Batches, their quotes and their lines."""

from typing import Any, TypedDict

from millrace_client.shapes.pages import Page


class Template(TypedDict):
    """How a row of a CSV becomes a request: `{{ column }}` stands for its cell."""

    custom_id: str
    body: dict[str, Any]


class LineError(TypedDict):
    """Why a line cannot be used."""

    code: str
    message: str
    param: str | None
    line: int | None


class LineErrors(TypedDict):
    """The first hundred."""

    data: list[LineError]


class Counts(TypedDict):
    """Lines."""

    total: int
    completed: int
    failed: int


class Progress(TypedDict):
    """Lines now; lines a second; seconds until the end."""

    waiting: int
    running: int
    done: int
    lines_per_second: float | None
    eta_seconds: float | None


class QuotedModel(TypedDict):
    """One model's part of a quote."""

    model: str
    lane: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: str


class QuotedQuota(TypedDict):
    """What a quota leaves afterwards."""

    unit: str
    of: str
    model: str | None
    limit: str
    left: str
    fits: bool


class BatchQuote(TypedDict):
    """The most that a batch takes."""

    models: list[QuotedModel]
    cost_usd: str
    seconds: float | None
    fits_window: bool | None
    quotas: list[QuotedQuota]


class Batch(TypedDict):
    """A batch."""

    id: str
    endpoint: str
    model: str | None
    errors: LineErrors | None
    input_file_id: str | None
    completion_window: str
    status: str
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
    usage: dict[str, Any] | None
    metadata: dict[str, str] | None
    paused: bool
    progress: Progress | None
    quote: BatchQuote | None
    cost_usd: str | None
    retry_of: str | None


class BatchList(Page):
    """A page of batches."""

    data: list[Batch]


class BatchLine(TypedDict):
    """What came of a line: `response` holds `status_code`, `request_id` and `body`, or `error` a code and a message."""

    id: str
    custom_id: str
    response: dict[str, Any] | None
    error: dict[str, Any] | None
