"""What statuses and error objects mean, as a table."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from millrace.engines.answers.statuses import ACCOUNT, failure_in, failure_of, retry_after
from millrace.engines.failures import Broken, Failure, Refused, Unavailable


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7", "retry-after-ms": "150"}, 0.15),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e30"}, 86_400.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_how_long_to_wait_until_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < (retry_after({"retry-after": date}) or 0) <= 90


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 503, "message": "loading"}, Unavailable),
        ({"code": 400, "message": "x"}, Refused),
        ({"code": "rate_limit_exceeded"}, Unavailable),
        ({"type": "overloaded_error"}, Unavailable),
        ({"type": "api_error", "message": "x"}, Broken),
        ({"code": "insufficient_quota"}, Refused),
        ({"type": "invalid_request_error", "message": "x"}, Refused),
        ({"type": "server_error"}, Broken),
        ("out of memory", Broken),
        (["odd"], Broken),
        (True, Broken),
    ],
)
def test_errors_in_the_middle(error: Any, kind: type[Failure]) -> None:
    assert type(failure_in(error)) is kind


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 5}', b'{"error": {"message": {"a": 1}}}', b'{"detail": [{"loc": 1}]}']
)
def test_any_body_of_an_error_will_do(body: bytes) -> None:
    assert failure_of(400, {}, body).message
    assert failure_of(503, {}, body).message


def test_a_missing_model_has_its_code() -> None:
    failure = failure_of(404, {}, b'{"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}')
    assert (failure.code, failure.status) == ("model_not_found", 404)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, b"{}"),
        (429, b'{"error": {"message": "m", "type": "insufficient_quota", "code": "insufficient_quota"}}'),
        (429, b'{"error": {"message": "m", "type": "insufficient_quota", "code": "project_spend_limit_exceeded"}}'),
        (429, b'{"error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}}'),
        (400, b'{"error": {"type": "billing_error", "message": "m"}}'),
    ],
)
def test_an_account_without_money_is_no_outage_to_wait_for(status: int, body: bytes) -> None:
    failure = failure_of(status, {"retry-after": "1"}, body)
    assert (type(failure), failure.code) == (Refused, "backend_quota")
    assert failure.code in ACCOUNT


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "This model\'s maximum context length is 8192 tokens", "code": null}}',
        b'{"error": {"message": "Input too long", "code": "context_length_exceeded"}}',
        b'{"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}}',
    ],
)
def test_a_request_that_is_too_long_has_its_code(body: bytes) -> None:
    failure = failure_of(400, {}, body)
    assert (type(failure), failure.code) == (Refused, "context_length_exceeded")


def test_credentials_are_not_quoted() -> None:
    failure = failure_of(401, {}, b'{"error": {"message": "Incorrect API key provided: sk-123"}}')
    assert type(failure) is Refused and "sk-123" not in failure.message
