"""What becomes of a delivery after a try, as a table."""

import pytest

from millrace.webhooks.retry import PAUSES, Verdict, decide

#: In the middle of the jitter.
MIDDLE = 0.5

DAY = 86_400.0


@pytest.mark.parametrize(
    ("status", "failures", "retry_after", "verdict"),
    [
        (200, 0, None, Verdict("delivered")),
        (204, 9, 7.0, Verdict("delivered")),
        (299, 0, None, Verdict("delivered")),
        (301, 0, None, Verdict("pending", 5)),
        (400, 0, None, Verdict("pending", 5)),
        (500, 1, None, Verdict("pending", 300)),
        (None, 2, None, Verdict("pending", 1_800)),
        (500, 3, None, Verdict("pending", 7_200)),
        (500, 4, None, Verdict("pending", 18_000)),
        (500, 5, None, Verdict("pending", 36_000)),
        (500, 6, None, Verdict("pending", 50_400)),
        (500, 7, None, Verdict("pending", 72_000)),
        (500, 8, None, Verdict("pending", DAY)),
        (500, 9, None, Verdict("failed")),
        (None, 30, None, Verdict("failed")),
        (410, 0, None, Verdict("failed", gone=True)),
        (410, 9, 7.0, Verdict("failed", gone=True)),
        (503, 0, 120.0, Verdict("pending", 120)),
        (429, 1, 7.0, Verdict("pending", 300)),
        (503, 0, 1e9, Verdict("pending", DAY)),
        (503, 9, 120.0, Verdict("failed")),
    ],
)
def test_the_answer_decides(status: int | None, failures: int, retry_after: float | None, verdict: Verdict) -> None:
    assert decide(status, failures, retry_after, MIDDLE) == verdict


def test_there_are_ten_tries_over_three_days_and_pauses_are_jittered_by_a_tenth() -> None:
    assert len(PAUSES) == 10 and PAUSES[0] == 0 and 3 * DAY < sum(PAUSES) < 3.5 * DAY
    assert [decide(500, 1, None, chance).delay for chance in (0.0, 1.0)] == pytest.approx([270, 330])
    drawn = {decide(500, 1).delay for _ in range(50)}
    assert len(drawn) > 40 and all(270 <= each <= 330 for each in drawn)
