"""What was used, and what may be."""

from typing import NotRequired, TypedDict


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
