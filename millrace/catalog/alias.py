"""An alias: a name that stands for whichever of several models suits a request (millrace/routing)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Alias(BaseModel):
    """What a request for this name is given: `aim` says what counts among those of its models that can answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    aim: Literal["best", "fast", "cheap"] = "best"
    #: To choose among; None: every model but the demo.
    models: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=100)
    #: Only models that do not let it out of the house.
    private: bool = False
    #: Seconds of waiting in its lane from which on a model is passed over for another that will do.
    patience: float = Field(default=30.0, gt=0, le=86_400)


BUILT_IN = {
    alias.name: alias
    for alias in (
        Alias(name="best", aim="best"),
        Alias(name="fast", aim="fast"),
        Alias(name="cheap", aim="cheap"),
        Alias(name="private", aim="best", private=True),
    )
}
