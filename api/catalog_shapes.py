"""The entries of the live catalog, as administrators send and see them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ModelName = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=2_000)]
Capability = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
PerMillion = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class PriceEntry(BaseModel):
    """US dollars per million tokens: what routing reckons with where no price was set."""

    model_config = ConfigDict(extra="forbid")

    input: PerMillion
    output: PerMillion = 0.0
    cached: PerMillion | None = None


class ModelEntry(BaseModel):
    """A model, but for its name: what a [[models]] table of models.toml may hold."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "engine": "compatible",
                "lane": "remote.vllm",
                "url": "http://gpu1:8000/v1",
                "capabilities": ["chat", "tools"],
                "context": 131072,
                "fallback": ["llama3"],
                "private": True,
            }
        },
    )

    engine: Literal["demo", "compatible", "ollama", "local", "openai", "anthropic"]
    lane: Annotated[str, Field(min_length=1, max_length=63)] = Field(description="One that is there.")
    upstream: Text | None = Field(None, description="The backend's name for it; null: the same.")
    url: Text | None = None
    path: Text | None = None
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,100}$")] | None = Field(
        None, description="The workers' environment variable that holds its API key."
    )
    capabilities: Annotated[list[Capability], Field(max_length=20)] | None = Field(
        None, description="`chat`, `completions`, `embeddings`, `tools`, `vision`, `json`."
    )
    context: Annotated[int, Field(ge=1, le=100_000_000)] | None = Field(None, description="Tokens.")
    max_output: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    quality: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = Field(
        None, description="How good its answers are, as you see it; null: taken from its price."
    )
    fallback: Annotated[list[ModelName], Field(max_length=20)] | None = Field(
        None, description="Who answers while it is out, in this order."
    )
    private: bool | None = Field(None, description="What it is asked stays in the house; null: told by its entry.")
    price: PriceEntry | None = None
    options: dict[str, Any] | None = None


class AliasEntry(BaseModel):
    """An alias, but for its name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"aim": "cheap", "models": ["demo"]}})

    aim: Literal["best", "fast", "cheap"] = "best"
    models: Annotated[list[ModelName], Field(min_length=1, max_length=100)] | None = Field(
        None, description="To choose among; null: every model but the demo."
    )
    private: bool = Field(False, description="Only models that let nothing leave the house.")
    patience: float = Field(
        30.0, gt=0, le=86_400, allow_inf_nan=False, description="Seconds of waiting that make another model preferable."
    )


class LaneEntry(BaseModel):
    """A lane, but for its name. It begins in every worker of its pool within seconds."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"pool": "remote", "slots": 32}})

    pool: Annotated[str, Field(min_length=1, max_length=63)] = "remote"
    slots: int = Field(64, ge=1, le=10_000)
    kept: int = Field(0, ge=0, le=10_000, description="Of its slots, those that only interactive jobs may use.")


class CatalogModel(BaseModel):
    """A model as the catalog has it now. `source`: `table` where an administrator set it, else `file`."""

    name: str
    source: Literal["file", "table"]
    entry: dict[str, Any]


class CatalogAlias(CatalogModel):
    """An alias as the catalog has it now; `built_in` where nobody declared it."""

    source: Literal["file", "table", "built_in"]  # type: ignore[assignment]


class CatalogLane(CatalogModel):
    """A lane as the catalog has it now."""


class Contents(BaseModel):
    """All of the catalog."""

    object: Literal["catalog"] = "catalog"
    models: list[CatalogModel]
    aliases: list[CatalogAlias]
    lanes: list[CatalogLane]


class DeleteQuery(BaseModel):
    """Whether what the files say of it holds again."""

    model_config = ConfigDict(extra="ignore")

    keep_file: bool = Field(False, description="Only what was set here goes; what models.toml says holds again.")
