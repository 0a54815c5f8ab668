"""What becomes of a job whose attempt failed, as a table."""

import pytest

from millrace.engines.failures import Aborted, Broken, Failure, Refused, TimedOut, Unavailable
from millrace.jobs.retry import CEILING, GiveUp, Retry, backoff, decide


@pytest.mark.parametrize(
    ("failure", "failures", "most", "verdict"),
    [
        (Broken("x"), 0, 3, Retry(0.5)),
        (Broken("x"), 1, 3, Retry(1.0)),
        (Broken("x"), 2, 3, GiveUp()),
        (Broken("x"), 0, 1, GiveUp()),
        (Broken("x"), 9, 3, GiveUp()),
        (TimedOut("x"), 0, 2, Retry(0.5)),
        (Refused("x"), 0, 20, GiveUp()),
        (Aborted("x"), 0, 20, GiveUp()),
        (Failure("x"), 0, 20, GiveUp()),
        (Unavailable("x"), 0, 1, Retry(None, outage=True)),
        (Unavailable("x", retry_after=7), 19, 1, Retry(None, outage=True)),
    ],
)
def test_the_kind_of_failure_decides(failure: Failure, failures: int, most: int, verdict: Retry | GiveUp) -> None:
    assert decide(failure, failures, most, chance=0.5) == verdict


def test_the_pause_doubles_up_to_a_ceiling_and_is_jittered_in_full() -> None:
    assert [backoff(n, 1.0) for n in range(8)] == [1, 2, 4, 8, 16, 32, CEILING, CEILING]
    assert backoff(5, 0.0) == 0 and backoff(5, 0.25) == 8
    drawn = {decide(Broken("x"), 5, 20) for _ in range(50)}
    assert len(drawn) > 40 and all(isinstance(each, Retry) and 0 <= (each.delay or 0) < 32 for each in drawn)
