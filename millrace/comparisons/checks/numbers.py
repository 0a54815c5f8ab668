"""A check of a number: the last one of the answer, since who reasons ends with the result."""

import math
import re
from typing import Literal

from pydantic import Field

from millrace.comparisons.checks.checking import Checking

#: A sign that is no hyphen, digits with commas between thousands or without, a fraction, an exponent.
_NUMBER = re.compile(r"(?<![\w.])[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?(?![\d])")

#: Characters from the end in which it is looked for.
TAIL = 2_000


class Number(Checking):
    """The last number of the answer is this one, give or take the tolerance. `1,234.5` is one number."""

    kind: Literal["number"]
    value: float = Field(allow_inf_nan=False)
    tolerance: float = Field(0.0, ge=0, allow_inf_nan=False)

    def passes(self, answer: str) -> bool:
        found = last_number(answer)
        return found is not None and abs(found - self.value) <= self.tolerance + 1e-9 * abs(self.value)


def last_number(answer: str) -> float | None:
    """The last number of a text, if it has one."""
    found = _NUMBER.findall(answer[-TAIL:])
    number = float(found[-1].replace(",", "").replace("−", "-")) if found else math.inf
    return number if math.isfinite(number) else None
