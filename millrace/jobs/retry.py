"""What becomes of a job whose attempt failed: a value, decided here and nowhere else."""

import random
from dataclasses import dataclass

from millrace.engines.failures import Broken, Failure, Refused, Unavailable

#: Deaths of workers that a job survives; the next one makes it poison.
MOST_DEATHS = 3

#: Seconds: the first pause of a retry, and the longest.
BASE, CEILING = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Retry:
    """Back to the queue, due in so many seconds; `outage` costs no attempt and pauses the model instead."""

    delay: float | None
    outage: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The job fails."""


def decide(failure: Failure, failures: int, max_attempts: int, chance: float | None = None) -> Retry | GiveUp:
    """`failures` counts the attempts that failed before this one; `chance` in [0, 1) is drawn unless given."""
    if isinstance(failure, Unavailable):
        return Retry(delay=None, outage=True)
    if isinstance(failure, Refused) or not isinstance(failure, Broken) or failures + 1 >= max_attempts:
        return GiveUp()
    return Retry(delay=backoff(failures, random.random() if chance is None else chance))


def backoff(failures: int, chance: float) -> float:
    """Full jitter: anything up to a ceiling that doubles, so that jobs that failed together do not return together.

    Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    return chance * min(CEILING, BASE * 2**failures)
