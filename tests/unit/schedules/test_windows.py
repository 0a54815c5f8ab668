"""What becomes of windows that passed while nothing ran; what a bucket is asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from millrace.schedules import bucket
from millrace.schedules.pull import dated
from millrace.schedules.windows import Window, judged

NOW = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)
LATE = [NOW - timedelta(hours=hours) for hours in (3, 2, 1)]
NEAR = NOW - timedelta(seconds=2)


@pytest.mark.parametrize(
    ("policy", "due", "expected"),
    [
        ("skip", [NEAR], [Window(NEAR)]),
        ("once", [NEAR], [Window(NEAR)]),
        ("all", [NEAR], [Window(NEAR)]),
        ("skip", LATE, [Window(LATE[-1], missed=2, skipped=True)]),
        ("skip", [*LATE, NEAR], [Window(LATE[-1], missed=2, skipped=True), Window(NEAR)]),
        ("once", LATE, [Window(LATE[-1], missed=2)]),
        ("once", [*LATE, NEAR], [Window(NEAR, missed=3)]),
        ("all", [*LATE, NEAR], [Window(at) for at in [*LATE, NEAR]]),
    ],
)
def test_the_policy_says_which_windows_run(policy: str, due: list[datetime], expected: list[Window]) -> None:
    assert judged(policy, due, NOW) == expected


def test_the_date_in_a_key_is_that_of_the_window_where_the_schedule_lives() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert (
        dated("in/{date}/{year}{month}{day}-{hour}.jsonl", late, "Europe/Berlin") == "in/2027-01-01/20270101-00.jsonl"
    )
    assert dated("in/{other}.jsonl", late, "UTC") == "in/{other}.jsonl"


def test_a_bucket_is_asked_with_its_own_credentials_or_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "THE-OPERATORS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1/")
    source: dict[str, Any] = {"bucket": "theirs", "region": "eu-central-1"}
    anonymous = bucket.url(source, "a key.jsonl")
    assert anonymous == "https://theirs.s3.amazonaws.com/a%20key.jsonl" or "eu-central-1" in urlsplit(anonymous).netloc
    assert not urlsplit(anonymous).query and "THE-OPERATORS" not in anonymous
    signed = bucket.url(source | {"credentials": {"access_key_id": "OWN", "secret_access_key": "s"}}, "a")
    assert parse_qs(urlsplit(signed).query)["X-Amz-Credential"][0].startswith("OWN/")
    assert urlsplit(signed).netloc.endswith(".amazonaws.com")
