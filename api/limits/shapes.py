"""The bodies and answers of limits."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PerHour = Annotated[int, Field(ge=1, le=1_000_000_000)]
PerMonth = Annotated[int, Field(ge=0, le=1_000_000_000_000)]
PerSecond = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Burst = Annotated[int, Field(ge=1, le=1_000_000)]


class _Bursts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    requests_per_hour: PerHour | None = Field(description="null: no limit.")
    per_second: PerSecond | None = Field(description="Requests that come back a second; null: no limit.")
    burst: Burst | None = Field(description="Requests that may come at once; null with `per_second`.")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.per_second is None) != (self.burst is None):
            raise ValueError("per_second and burst go together: give both, or null for both")
        return self


class TierChange(_Bursts):
    """What a tier allows, whole: what is null is not limited."""

    requests_per_month: PerMonth | None = Field(description="null: no limit.")


class LimitChange(_Bursts):
    """What a limit allows, whole: what is null is not limited."""


class TierInfo(BaseModel):
    """A tier. A key's is never above its tenant's."""

    name: str
    object: Literal["tier"] = "tier"
    rank: int = Field(description="The higher, the more it allows.")
    requests_per_hour: int | None
    requests_per_month: int | None
    per_second: float | None
    burst: int | None


class TierList(BaseModel):
    """All tiers, the least first."""

    object: Literal["list"] = "list"
    data: list[TierInfo]


class LimitInfo(BaseModel):
    """A limit beside the tiers'."""

    name: str = Field(description="`platform`, `address`, `user`, `key`, a named one, or an operation.")
    object: Literal["limit"] = "limit"
    about: str
    requests_per_hour: int | None
    per_second: float | None
    burst: int | None


class LimitList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[LimitInfo]


class BlockInfo(BaseModel):
    """A block in force. Times are Unix seconds."""

    subject: str = Field(description="`address:203.0.113.7`, `address:2001:db8::/64`, or `account:` and a hash.")
    object: Literal["block"] = "block"
    reason: str
    level: int = Field(description="How many in a row; each is four times as long as the one before.")
    created_at: int
    blocked_until: int


class BlockList(BaseModel):
    """A page, in the order of the subjects. `after` of the next one is `last_id`."""

    object: Literal["list"] = "list"
    data: list[BlockInfo]
    first_id: str | None
    last_id: str | None
    has_more: bool


class BlocksQuery(BaseModel):
    """Which page."""

    after: Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=200)] | None = None
    limit: int = Field(20, ge=1, le=100)


class Window(BaseModel):
    """An hourly window: it begins with its first request."""

    of: str = Field(description="Whose: `tenant`, `key`, `user`, `address`, `platform`; or an operation, by tenant.")
    limit: int
    used: int | None = Field(description="null: not known, because Redis is away; nothing is refused then.")
    remaining: int | None
    resets_at: int | None = Field(description="Unix seconds; null while it has not begun.")


class BurstInfo(BaseModel):
    """How many requests may come at once, and how fast they come back."""

    of: str
    per_second: float
    burst: int
    remaining: int | None = Field(description="null: not known, because Redis is away.")


class MonthlyQuota(BaseModel):
    """A quota of this month. Of money, the numbers are decimal strings of USD."""

    id: str
    unit: Literal["requests", "tokens", "usd"]
    of: Literal["tenant", "key"]
    model: str | None = Field(description="null: of all models.")
    soft_limit: int | str | None
    hard_limit: int | str | None
    used: int | str
    reserved: int | str = Field(description="For what waits and runs.")
    remaining: int | str | None = Field(description="null: no limit.")
    overage: bool = Field(description="Beyond the hard limit work goes on, and costs more.")
    resets_at: int = Field(description="Unix seconds: the end of the month, in UTC.")


class QuotaStanding(BaseModel):
    """Where you stand on every limit. Looking does not count against the hourly ones."""

    object: Literal["quota"] = "quota"
    tier: str = Field(description="Your tenant's.")
    key_tier: str | None = Field(description="The key's own, where it has a lesser one.")
    hourly: list[Window]
    bursts: list[BurstInfo]
    monthly: list[MonthlyQuota]
