"""What becomes of a delivery after a try: a value, decided here and nowhere else."""

import random
from dataclasses import dataclass

#: Seconds before each try, counted from the one before: about three days in all. Source: Standard Webhooks 1.0.0.
PAUSES = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)

#: By how much of itself a pause is longer or shorter, so that what failed together does not return together.
JITTER = 0.1

#: Seconds: more than this a Retry-After does not get.
LONGEST = float(PAUSES[-1])


@dataclass(frozen=True, slots=True)
class Verdict:
    """`delivered`, `pending` (again in `delay` seconds) or `failed` for good; `gone`: its endpoint wants no more."""

    state: str
    delay: float = 0.0
    gone: bool = False


def decide(status: int | None, failures: int, retry_after: float | None = None, chance: float | None = None) -> Verdict:
    """`status` is None where no answer came; `failures` counts the tries before; `chance` in [0, 1) is drawn unless
    given. A redirect is a failure: following one would let an endpoint choose where we call."""
    if status is not None and 200 <= status < 300:
        return Verdict("delivered")
    if status == 410:
        return Verdict("failed", gone=True)
    if failures + 1 >= len(PAUSES):
        return Verdict("failed")
    pause = PAUSES[failures + 1] * (1 + JITTER * (2 * (random.random() if chance is None else chance) - 1))
    return Verdict("pending", max(pause, min(retry_after or 0.0, LONGEST)))
