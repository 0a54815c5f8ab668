"""What every check has."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: Characters of a text that a check names.
LONGEST = 2_000

Words = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Checking(BaseModel):
    """`passes(answer)`; `weight`: its part of what the answer can score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: float = Field(1.0, gt=0, le=100)

    def passes(self, answer: str) -> bool:
        raise NotImplementedError
