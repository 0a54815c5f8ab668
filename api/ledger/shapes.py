"""The bodies and answers of usage, ledger entries, quotas, prices and alerts. Money is a decimal string of USD."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.money import Usd
from api.pages import Page, PageQuery, Text
from millrace.ledger.usage import Grain, Group

Unit = Literal["requests", "tokens", "usd"]
Outcome = Literal["succeeded", "cached", "cancelled", "failed", "expired"]

Count = Annotated[int, Field(ge=0, le=10**15)]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]
Moment = Annotated[int, Field(ge=0, lt=7_000_000_000)]

#: USD for a million tokens, and for a request; the ledger's bounds (migration 0004).
PerMillion = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=14, decimal_places=9, allow_inf_nan=False)]
PerRequest = Annotated[Decimal, Field(ge=0, le=1_000, max_digits=13, decimal_places=9, allow_inf_nan=False)]


class NewQuota(BaseModel):
    """What may be used in a calendar month (UTC): of everything, or by one key, of one model, or both."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"unit": "usd", "soft_limit_usd": "40", "hard_limit_usd": "50"}}
    )

    unit: Unit
    api_key: Annotated[str, Field(max_length=100)] | None = Field(None, description="`key_...`; null is every key.")
    model: ModelName | None = Field(None, description="null is every model.")
    soft_limit: Count | None = Field(None, description="Reaching it is told to the owners, by mail, once a month.")
    hard_limit: Count | None = Field(None, description="Beyond it work is refused. null: it is only counted.")
    soft_limit_usd: Usd | None = Field(None, description="Where the unit is usd, instead of `soft_limit`.")
    hard_limit_usd: Usd | None = Field(None, description="Where the unit is usd, instead of `hard_limit`.")

    @model_validator(mode="after")
    def _in_its_unit(self) -> "NewQuota":
        money = self.unit == "usd"
        wrong = ("soft_limit", "hard_limit") if money else ("soft_limit_usd", "hard_limit_usd")
        if any(getattr(self, name) is not None for name in wrong):
            right = "soft_limit_usd and hard_limit_usd" if money else "soft_limit and hard_limit"
            raise ValueError(f"the limits of a quota in {self.unit} are {right}")
        return self


class NewPlatformQuota(NewQuota):
    """A quota that the platform sets a tenant."""

    overage: bool = Field(False, description="Work beyond the hard limit goes on.")
    overage_usd: Annotated[Usd, Field(le=1)] = Field(
        Decimal(0), description="What each unit beyond the hard limit costs besides. Not for usd, charged as it is."
    )

    @model_validator(mode="after")
    def _money_once(self) -> "NewPlatformQuota":
        if self.unit == "usd" and self.overage_usd:
            raise ValueError("overage_usd: money beyond a limit is charged as it is")
        return self


class QuotaInfo(BaseModel):
    """A quota, and where it stands this month. Counts where the unit is requests or tokens, else the fields in usd."""

    id: str
    object: Literal["quota"] = "quota"
    unit: Unit
    api_key: str | None
    model: str | None
    set_by: Literal["tier", "platform", "tenant"]
    soft_limit: int | None = None
    hard_limit: int | None = None
    used: int | None = None
    reserved: int | None = Field(None, description="For jobs that have not ended.")
    soft_limit_usd: str | None = None
    hard_limit_usd: str | None = None
    used_usd: str | None = None
    reserved_usd: str | None = None
    overage: bool
    overage_usd: str
    period: str = Field(description="The month: `2026-11`.")
    period_ends_at: int


class QuotaList(Page):
    """Quotas. Every one that fits a job binds it."""

    data: list[QuotaInfo]


class NewPrice(BaseModel):
    """What a model costs from a moment on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"model": "demo", "input_usd_per_million": "0.15", "output_usd_per_million": "0.60"}
        },
    )

    model: ModelName
    input_usd_per_million: PerMillion
    output_usd_per_million: PerMillion
    cached_input_usd_per_million: PerMillion | None = Field(None, description="null: as input.")
    request_usd: PerRequest = Field(Decimal(0), description="For each request, besides.")
    valid_from: Moment | None = Field(None, description="Now, or later; what is past counts as now.")


class PriceInfo(BaseModel):
    """A price, and the time for which it holds."""

    id: str
    object: Literal["price"] = "price"
    model: str
    input_usd_per_million: str
    output_usd_per_million: str
    cached_input_usd_per_million: str | None
    request_usd: str
    valid_from: int
    valid_until: int | None = Field(description="null: until another one begins.")


class PriceList(Page):
    """Prices, newest first."""

    data: list[PriceInfo]


class PriceQuery(PageQuery):
    """Which prices."""

    model: Annotated[Text, Field(max_length=200)] | None = None


class RuleChange(BaseModel):
    """The part of the price that an outcome is charged, from now on."""

    model_config = ConfigDict(extra="forbid")

    part: Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]


class RuleInfo(BaseModel):
    """The part of the price that an outcome is charged."""

    object: Literal["pricing_rule"] = "pricing_rule"
    outcome: str
    part: str


class AlertInfo(BaseModel):
    """What an operator should look at. `details` depend on the kind: quota_soft, balance_drift."""

    id: str
    object: Literal["alert"] = "alert"
    kind: str
    tenant: str | None
    about: str
    details: dict[str, Any]
    raised_at: int
    settled_at: int | None


class AlertList(Page):
    """Alerts, newest first."""

    data: list[AlertInfo]


class AlertQuery(PageQuery):
    """Which alerts."""

    open: bool = Field(True, description="false: those that are settled, too.")


class Settled(BaseModel):
    """An alert that somebody has looked at."""

    id: str
    object: Literal["alert"] = "alert"
    settled: Literal[True] = True


class UsageQuery(BaseModel):
    """Which usage."""

    model_config = ConfigDict(populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="Unix seconds. Default: 30 days before `to`.")
    until: Moment | None = Field(None, alias="to", description="Unix seconds; now by default.")
    grain: Grain = Field("day", description="Buckets of an hour, a day or a month, in UTC.")
    group_by: Group | None = Field(None, description="Split each bucket.")


class Amounts(BaseModel):
    """What was used. Requests that were neither answered nor failed were cancelled, or expired."""

    requests: int
    succeeded: int
    failed: int
    cached: int
    input_tokens: int
    output_tokens: int
    cost_usd: str


class Bucket(Amounts):
    """What was used in the hour, day or month that begins at `start`; with `group_by`, by whom or of what."""

    start: int
    model: str | None = None
    api_key: str | None = None
    endpoint: str | None = None
    user: str | None = None


class Usage(BaseModel):
    """Usage by bucket, and in all."""

    object: Literal["usage"] = "usage"
    grain: Grain
    group_by: Group | None
    data: list[Bucket]
    total: Amounts


class LedgerQuery(PageQuery):
    """Which entries."""

    model_config = ConfigDict(populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="Unix seconds.")
    until: Moment | None = Field(None, alias="to", description="Unix seconds.")


class EntryInfo(BaseModel):
    """What a job used and cost."""

    id: str = Field(description="The job's.")
    object: Literal["ledger_entry"] = "ledger_entry"
    model: str
    endpoint: str
    outcome: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    estimated: bool = Field(description="The backend did not say; we counted.")
    cache: str | None
    cost_usd: str = Field(description="`overage_usd` included.")
    overage_usd: str
    api_key: str | None
    user: str | None
    entered_at: int
    own_key: bool = Field(description="Run with a key that your organisation brought: it costs nothing here.")


class EntryList(Page):
    """Ledger entries, newest first."""

    data: list[EntryInfo]
