"""How long a limit lasts, by the headers of both vendors."""

from datetime import UTC, datetime, timedelta

import pytest

from millrace.engines.answers.rate_limits import until_reset
from millrace.engines.answers.statuses import retry_after


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("120ms", 0.12),
        ("1h2m3.5s", 3723.5),
        ("7.66s", 7.66),
        ("12", 12.0),
        ("soon", None),
    ],
)
def test_openais_durations(reset: str, seconds: float | None) -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset}
    assert until_reset(headers) == pytest.approx(seconds) if seconds else until_reset(headers) is None


def test_anthropics_moments() -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")
    headers = {"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": moment}
    assert 85 < (until_reset(headers) or 0) <= 90


def test_only_limits_that_are_used_up_count_and_the_longest_of_them() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "9",
        "x-ratelimit-reset-requests": "9h",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "2s",
        "x-ratelimit-remaining-other": "0",
        "x-ratelimit-reset-other": "5s",
    }
    assert until_reset(headers) == 5.0
    assert until_reset({}) is None


def test_what_the_backend_asks_for_goes_before_its_limits() -> None:
    headers = {"retry-after": "3", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "50s"}
    assert retry_after(headers) == 3.0
    assert retry_after({name: value for name, value in headers.items() if name != "retry-after"}) == 50.0
    assert retry_after({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "999999h"}) == 86_400.0
