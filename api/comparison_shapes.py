"""The bodies and answers of comparisons."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.identity.shapes import Body
from api.pages import Page, PageQuery, Text
from millrace.comparisons.prompt import Prompts

ModelName = Annotated[str, Field(min_length=1, max_length=200)]
Status = Literal["running", "completed", "cancelled"]


class NewComparison(Body):
    """Which models, on what."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"models": ["demo"], "rounds": 2}})

    models: Annotated[list[ModelName], Field(min_length=1, max_length=10)] = Field(
        description="Models, not aliases. None stands in for another."
    )
    prompts: Prompts | Literal["default"] = Field("default", description="Your own with their checks, or the shipped.")
    rounds: int = Field(1, ge=1, le=100, description="How often each prompt is asked of each model.")
    max_tokens: int = Field(256, ge=1, le=32_768, description="Of each answer, thoughts included.")
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = Field(
        0.0, description="null: each model's own, for models that take none."
    )
    within_seconds: float = Field(
        3_600, ge=1, le=604_800, description="Calls that have not ended by then are errors (`deadline_passed`)."
    )


class Percentiles(BaseModel):
    """In seconds, by the nearest rank, over `n` answers."""

    p50: float
    p99: float
    n: int


class Speed(BaseModel):
    """Output tokens after the first, by the seconds after the first, over the `n` answers that are long enough."""

    value: float
    n: int


class CategoryScore(BaseModel):
    """The share of the checks' weight that passed."""

    category: str
    score: float = Field(description="From 0 to 1.")
    n: int


class ModelQuality(BaseModel):
    """The share of the checks' weight that passed, over `n` graded answers. Calls that failed are not graded."""

    score: float = Field(description="From 0 to 1.")
    n: int
    categories: list[CategoryScore]
    missed: list[str] = Field(description="Prompts of which some answer did not pass every check.")


class ModelFigures(BaseModel):
    """What was found of a model, of what has ended by now. Nulls where nothing was measured."""

    model: str
    jobs: int
    ended: int
    succeeded: int
    cancelled: int = Field(description="By you; or since the model had failed five times and never answered.")
    errors: dict[str, int] = Field(description="By code, the most frequent first: calls that failed or expired.")
    cut: int = Field(description="Answers that ended because max_tokens were used up.")
    estimated: int = Field(description="Answers whose tokens the backend did not count.")
    input_tokens: int
    output_tokens: int
    cost_usd: str = Field(description="What the ledger has of its jobs.")
    first_token: Percentiles | None = Field(description="Until the first delta, as the worker timed it.")
    seconds: Percentiles | None = Field(description="Of the whole run; the wait in the queue is not in it.")
    tokens_per_second: Speed | None
    quality: ModelQuality | None


class ComparisonInfo(BaseModel):
    """A comparison. `figures` are null in a list while it runs."""

    id: str
    object: Literal["comparison"] = "comparison"
    status: Status
    cancel_requested: bool
    models: list[str]
    prompt_set: Literal["default", "inline"]
    prompts_hash: str = Field(description="Of equal prompts and checks it is equal, within one installation.")
    prompts: int
    rounds: int
    max_tokens: int
    temperature: float | None
    jobs: int = Field(description="models x prompts x rounds; each has this id as its `metadata.comparison`.")
    ended: int
    api_key: str | None
    user: str | None
    created_at: int
    finished_at: int | None
    figures: list[ModelFigures] | None


class ComparisonList(Page):
    """Comparisons, newest first."""

    data: list[ComparisonInfo]


class ComparisonQuery(PageQuery):
    """Which comparisons."""

    model: Annotated[Text, Field(max_length=200)] | None = Field(None, description="Those in which it took part.")
