"""Reading the catalog: the shipped file, then the user's, whose lanes and models win by name."""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from millrace.catalog.alias import BUILT_IN, Alias
from millrace.catalog.privacy import stays
from millrace.errors import UnknownModel
from millrace.settings import settings

SHIPPED = Path(__file__).with_name("models.toml")


class CatalogError(Exception):
    """The catalog file cannot be used; the message says where and why."""


#: Queues of Celery that are no model's lanes (millrace/broker.py).
TAKEN = frozenset({"sweep", "webhooks"})


class Lane(BaseModel):
    """A queue with a capacity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    pool: str = "remote"
    slots: int = Field(default=64, ge=1, le=10_000)
    kept: int = Field(default=0, ge=0)

    @field_validator("name")
    @classmethod
    def _is_free(cls, given: str) -> str:
        if given in TAKEN:
            raise ValueError(f"{given!r} is a lane of the platform's own")
        return given


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
    #: How good its answers are, from 0 to 100, as whoever runs the platform sees it; None: taken from its price.
    quality: float | None = Field(default=None, ge=0, le=100)
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
    aliases: list[Alias] = Field(default_factory=list)


class Catalog:
    """Lanes, models and aliases by name."""

    def __init__(
        self, lanes: dict[str, Lane], models: dict[str, Model], aliases: dict[str, Alias] | None = None
    ) -> None:
        self.lanes = lanes
        self.models = models
        #: Those of files and table, without the built-in ones.
        self.declared_aliases = aliases or {}
        self._aliases = BUILT_IN | self.declared_aliases

    @property
    def aliases(self) -> dict[str, Alias]:
        """Those whose name no model has: a model wins."""
        return {name: alias for name, alias in self._aliases.items() if name not in self.models}

    def alias(self, name: str) -> Alias | None:
        """The alias of that name, unless a model has it."""
        return None if name in self.models else self._aliases.get(name)

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
    aliases: dict[str, Alias] = {}
    for path in paths:
        try:
            document = File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            lanes |= {name: Lane(name=name, **fields) for name, fields in document.lanes.items()}
            models |= {model.name: model for model in document.models}
            aliases |= {alias.name: alias for alias in document.aliases}
        except (tomllib.TOMLDecodeError, ValidationError, TypeError, UnicodeDecodeError) as failure:
            raise CatalogError(f"{path}: {failure}") from failure
    found = Catalog(lanes, models, aliases)
    for model in models.values():
        if wrong := wrong_with(model, found):
            raise CatalogError(wrong)
    for alias in aliases.values():
        for name in alias.models or ():
            if name not in models:
                raise CatalogError(f"alias {alias.name!r} names {name!r}, which is no model")
    return found


def wrong_with(model: Model, among: Catalog) -> str | None:
    """Why a model does not fit into a catalog, or None."""
    if model.lane not in among.lanes:
        return f"model {model.name!r} names the lane {model.lane!r}, which no [lanes] table defines"
    for other in model.fallback:
        if other not in among.models or other == model.name:
            return f"model {model.name!r} falls back on {other!r}, which is no other model"
    return None


@lru_cache
def of_files() -> Catalog:
    """The catalog as the files had it when this process began."""
    own = settings().catalog_path
    return read(SHIPPED, own) if own.exists() else read(SHIPPED)


_source: Callable[[], Catalog] | None = None


def take_from(source: Callable[[], Catalog]) -> None:
    """Let the catalog of this process come from there: see `millrace.catalog.live`."""
    global _source
    _source = source


def catalog() -> Catalog:
    """The catalog of this process: what the files say, and the table over it where it is live."""
    return _source() if _source is not None else of_files()
