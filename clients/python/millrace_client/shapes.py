"""What answers hold: the JSON as it came, typed. Times are Unix seconds, money is a decimal string of US dollars.

tests/unit/clients/test_drift.py holds each of these against the OpenAPI document. A newer server may say more.
"""

from typing import Any, NotRequired, TypedDict


class Webhook(TypedDict):
    """Where one job or batch tells of its end, and of which types; without them, of all."""

    url: str
    events: NotRequired[list[str]]


class Template(TypedDict):
    """How a row of a CSV becomes a request: `{{ column }}` stands for its cell."""

    custom_id: str
    body: dict[str, Any]


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
    webhook: Webhook | None
    usage: TokenUsage | None
    error: Error | None
    result: NotRequired[dict[str, Any] | None]


class Page(TypedDict):
    """What lists have beside their `data`."""

    first_id: str | None
    last_id: str | None
    has_more: bool


class JobList(Page):
    """A page of jobs."""

    data: list[Job]


class File(TypedDict):
    """A file."""

    id: str
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: str
    status: str


class FileList(Page):
    """A page of files."""

    data: list[File]


class FileDeleted(TypedDict):
    """A file that is gone."""

    id: str
    deleted: bool


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


class Key(TypedDict):
    """An API key, without the key."""

    id: str
    name: str
    hint: str
    tier: str | None
    scopes: list[str] | None
    models: list[str] | None
    requests_per_hour: int | None
    budget_usd: str | None
    created_by: str | None
    created_at: int
    last_used_at: int | None
    expires_at: int | None
    revoked_at: int | None
    replaced_by: str | None


class NewKey(Key):
    """A key that was just made: `api_key` is shown this once."""

    api_key: str


class KeyList(Page):
    """A page of keys."""

    data: list[Key]


class Person(TypedDict):
    """A user."""

    id: str
    email: str
    username: str | None
    verified: bool


class Tenant(TypedDict):
    """A tenant that one belongs to."""

    id: str
    name: str
    tier: str
    role: str | None


class Caller(TypedDict):
    """Who asks. `user` is None for a key."""

    user: Person | None
    key_id: str | None
    tenant: Tenant
    role: str | None
    permissions: list[str]


class Tokens(TypedDict):
    """Somebody who is signed in."""

    access_token: str
    refresh_token: str
    expires_in: int


class Price(TypedDict):
    """US dollars per million tokens."""

    input: float
    output: float
    cached: float | None


class Model(TypedDict):
    """A model."""

    id: str
    engine: str
    lane: str
    capabilities: list[str]
    context: int
    max_output: int | None
    private: bool
    price: Price | None
    fallback: list[str]
    aliases: list[str]
    loaded: bool
    slots: int
    first_token_seconds: float | None
    seconds: float | None
    error_rate: float | None
    paused: dict[str, Any] | None


class Alias(TypedDict):
    """A name that stands for whichever model suits a request."""

    id: str
    aim: str
    private: bool
    models: list[str] | None


class ModelList(TypedDict):
    """The models there are."""

    data: list[Model]
    aliases: list[Alias]


class Amounts(TypedDict):
    """What was used."""

    requests: int
    succeeded: int
    failed: int
    cached: int
    input_tokens: int
    output_tokens: int
    cost_usd: str


class Bucket(Amounts):
    """What was used in the hour, day or month that begins at `start`, and by whom or of what."""

    start: int
    model: NotRequired[str | None]
    api_key: NotRequired[str | None]
    endpoint: NotRequired[str | None]
    user: NotRequired[str | None]


class Usage(TypedDict):
    """By bucket, and in all."""

    grain: str
    group_by: str | None
    data: list[Bucket]
    total: Amounts


class Window(TypedDict):
    """An hourly limit."""

    of: str
    limit: int
    used: int | None
    remaining: int | None
    resets_at: int | None


class Burst(TypedDict):
    """How many requests may come at once."""

    of: str
    per_second: float
    burst: int
    remaining: int | None


class Monthly(TypedDict):
    """A quota of this month; of money, decimal strings."""

    id: str
    unit: str
    of: str
    model: str | None
    soft_limit: int | str | None
    hard_limit: int | str | None
    used: int | str
    reserved: int | str
    remaining: int | str | None
    overage: bool
    resets_at: int


class Quota(TypedDict):
    """Where one stands."""

    tier: str
    key_tier: str | None
    hourly: list[Window]
    bursts: list[Burst]
    monthly: list[Monthly]


class Endpoint(TypedDict):
    """An endpoint of webhooks."""

    id: str
    url: str
    events: list[str] | None
    description: str
    enabled: bool
    reason: str | None
    failing_since: int | None
    created_at: int
    disabled_at: int | None


class NewEndpoint(Endpoint):
    """An endpoint that was just made, with its secret."""

    secret: str


class EndpointList(TypedDict):
    """All of them."""

    data: list[Endpoint]


class Delivery(TypedDict):
    """One event for one receiver, and what came of it."""

    id: str
    state: str
    endpoint: str | None
    url: str | None
    event: dict[str, Any]
    next_try: int | None
    finished_at: int | None
    attempts: list[dict[str, Any]]


class DeliveryList(Page):
    """A page of the log."""

    data: list[Delivery]
