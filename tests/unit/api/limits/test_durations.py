"""Durations as OpenAI's clients read them."""

import pytest

from api.limits.durations import short


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0ms"), (120, "120ms"), (1000, "1s"), (1001, "2s"), (360_000, "6m0s"), (3_600_000, "1h0m0s")],
)
def test_a_duration_is_short_and_never_too_early(milliseconds: int, text: str) -> None:
    assert short(milliseconds) == text
