"""Checks of what an answer says: all of it, or parts of it."""

from typing import Annotated, Literal

from pydantic import Field

from millrace.comparisons.checks.checking import Checking, Words
from millrace.comparisons.checks.normal import folded, normalised

Several = Annotated[list[Words], Field(min_length=1, max_length=50)]


class Equals(Checking):
    """The answer is this, after normalising."""

    kind: Literal["equals"]
    value: Words

    def passes(self, answer: str) -> bool:
        return normalised(answer) == normalised(self.value)


class OneOf(Checking):
    """The answer is one of these, after normalising."""

    kind: Literal["one_of"]
    values: Several

    def passes(self, answer: str) -> bool:
        return normalised(answer) in map(normalised, self.values)


class Contains(Checking):
    """All of these stand somewhere in the answer, in any case."""

    kind: Literal["contains"]
    values: Several

    def passes(self, answer: str) -> bool:
        text = folded(answer)
        return all(folded(value) in text for value in self.values)


class Lacks(Checking):
    """None of these stands anywhere in the answer, and there is an answer."""

    kind: Literal["lacks"]
    values: Several

    def passes(self, answer: str) -> bool:
        text = folded(answer)
        return bool(text) and not any(folded(value) in text for value in self.values)
