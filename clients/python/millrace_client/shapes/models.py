"""Models."""

from typing import Any, TypedDict


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
