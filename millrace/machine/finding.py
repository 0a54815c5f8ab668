"""What a check of `millrace doctor` says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    level: Level
    says: str
    do: str = ""


def judged(what: str, good: bool, says: str, do: str) -> Finding:
    """Fine, or something that must be done."""
    return Finding(what, "ok", says) if good else Finding(what, "fail", says, do)


#: Each check is a generator, so that one can say several things.
Check = Callable[[], Iterator[Finding]]
