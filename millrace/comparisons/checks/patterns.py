"""A check by a regular expression, which may be hostile: RE2 runs it (millrace/guard/filters/expressions.py)."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from millrace.comparisons.checks.checking import Checking
from millrace.guard.filters.expressions import Compiled, compiled


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> Compiled:
    return compiled(pattern, "a check", "prompts")


def _understood(pattern: str) -> str:
    """Raises InvalidField."""
    compiled(pattern, "a check", "prompts")
    return pattern


class Matches(Checking):
    """The expression, in RE2's syntax, is found in the answer. `(?i)`, `^` and `$` as usual; nothing is normalised."""

    kind: Literal["matches"]
    pattern: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_understood)]

    def passes(self, answer: str) -> bool:
        return _compiled(self.pattern).search(answer.encode("utf-8", "replace")) is not None
