"""Reading the catalog: the shipped file, then the user's, whose lanes and models win by name."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from millrace.catalog.privacy import stays
from millrace.errors import UnknownModel
from millrace.settings import settings

SHIPPED = Path(__file__).with_name("models.toml")


class CatalogError(Exception):
    """The catalog file cannot be used; the message says where and why."""


class Lane(BaseModel):
    """A queue with a capacity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    pool: str = "remote"
    slots: int = Field(default=64, ge=1, le=10_000)
    kept: int = Field(default=0, ge=0)


class Price(BaseModel):
    """US dollars per million tokens; `cached` for tokens that the backend had in its cache."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    cached: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class Model(BaseModel):
    """One model: which engine reaches it, where, and in which lane it waits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    engine: Literal["demo", "compatible", "ollama", "local", "openai", "anthropic"]
    lane: str
    upstream: str = ""
    url: str = ""
    path: str = ""
    key_env: str = ""
    capabilities: frozenset[str] = frozenset({"chat", "completions"})
    context: int = Field(default=8192, ge=1)
    #: Tokens of one answer at the most; None: a quarter of the context is reserved where a request does not say.
    max_output: int | None = Field(default=None, ge=1)
    options: dict[str, Any] = Field(default_factory=dict)
    #: Models that answer instead, in this order, while this one is out.
    fallback: tuple[str, ...] = ()
    #: What is asked of it does not leave the house; see `stays` for those that do not say.
    private: bool = False
    price: Price | None = None

    @model_validator(mode="before")
    @classmethod
    def _say_whether_private(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("private") is None:
            return {**given, "private": stays(given)}
        return given

    @property
    def upstream_name(self) -> str:
        return self.upstream or self.name


class File(BaseModel):
    """What a catalog file may hold."""

    model_config = ConfigDict(extra="forbid")

    lanes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    models: list[Model] = Field(default_factory=list)


class Catalog:
    """Lanes and models by name."""

    def __init__(self, lanes: dict[str, Lane], models: dict[str, Model]) -> None:
        self.lanes = lanes
        self.models = models

    def model(self, name: str) -> Model:
        """The model of that name. Raises UnknownModel."""
        found = self.models.get(name)
        if found is None:
            message = f"No model is named {name[:200]!r}. GET /api/v1/models lists those there are."
            raise UnknownModel(message, param="body.model")
        return found

    def lanes_of(self, pool: str) -> list[Lane]:
        """The lanes that a pool serves."""
        return [lane for lane in self.lanes.values() if lane.pool == pool]


def read(*paths: Path) -> Catalog:
    """Read catalog files, later ones over earlier ones. Raises CatalogError."""
    lanes: dict[str, Lane] = {}
    models: dict[str, Model] = {}
    for path in paths:
        try:
            document = File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            lanes |= {name: Lane(name=name, **fields) for name, fields in document.lanes.items()}
            models |= {model.name: model for model in document.models}
        except (tomllib.TOMLDecodeError, ValidationError, TypeError, UnicodeDecodeError) as failure:
            raise CatalogError(f"{path}: {failure}") from failure
    for model in models.values():
        if model.lane not in lanes:
            raise CatalogError(f"model {model.name!r} names the lane {model.lane!r}, which no [lanes] table defines")
        for other in model.fallback:
            if other not in models or other == model.name:
                raise CatalogError(f"model {model.name!r} falls back on {other!r}, which is no other model")
    return Catalog(lanes, models)


@lru_cache
def catalog() -> Catalog:
    """The catalog of this process."""
    own = settings().catalog_path
    return read(SHIPPED, own) if own.exists() else read(SHIPPED)
