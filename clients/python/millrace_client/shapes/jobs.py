"""Jobs."""

from typing import Any, NotRequired, TypedDict

from millrace_client.shapes.pages import Page


class Webhook(TypedDict):
    """Where one job or batch tells of its end, and of which types; without them, of all."""

    url: str
    events: NotRequired[list[str]]


class Error(TypedDict):
    """Why a job ended as it did."""

    code: str
    message: str


class TokenUsage(TypedDict):
    """As the backend counted."""

    input_tokens: int
    output_tokens: int


_Class = TypedDict("_Class", {"class": str})


class Job(_Class):
    """A job. `result` is there where it was waited for."""

    id: str
    status: str
    endpoint: str
    model: str
    route: dict[str, Any] | None
    lane: str
    position: int | None
    eta_seconds: float | None
    attempt: int
    failures: int
    max_attempts: int
    cancel_requested: bool
    created_at: int
    started_at: int | None
    finished_at: int | None
    run_after: int | None
    deadline: int | None
    metadata: dict[str, str] | None
    retry_of: str | None
    batch: str | None
    custom_id: str | None
    webhook: Webhook | None
    usage: TokenUsage | None
    error: Error | None
    result: NotRequired[dict[str, Any] | None]


class JobList(Page):
    """A page of jobs."""

    data: list[Job]
