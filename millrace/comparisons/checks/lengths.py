"""A check of how long an answer is."""

from typing import Literal

from pydantic import Field, model_validator

from millrace.comparisons.checks.checking import Checking

Unit = Literal["characters", "words", "lines"]


class Length(Checking):
    """At least, and at most, so many characters, words (by spaces) or lines that are not empty."""

    kind: Literal["length"]
    unit: Unit = "words"
    least: int = Field(1, ge=0, le=1_000_000)
    most: int | None = Field(None, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _possible(self) -> "Length":
        if self.most is not None and self.most < self.least:
            raise ValueError("most is less than least")
        return self

    def passes(self, answer: str) -> bool:
        found = measured(answer, self.unit)
        return self.least <= found and (self.most is None or found <= self.most)


def measured(answer: str, unit: Unit) -> int:
    """How many of these an answer has."""
    if unit == "characters":
        return len(answer.strip())
    parts = answer.split() if unit == "words" else answer.splitlines()
    return sum(1 for part in parts if part.strip())
