"""What is sent again, as a table."""

import pytest
from millrace_client.errors import MillraceError, Unreachable, of_answer
from millrace_client.request import Request, once
from millrace_client.retrying import delay

READ = Request("GET", "/x")
KEYED = Request("POST", "/x", headers=once(None))
PLAIN = Request("POST", "/x")
SAFE = Request("POST", "/x", safe=True)


def answer(status: int, after: str | None = None) -> MillraceError:
    return of_answer(status, {"retry-after": after} if after else {}, b"{}")


@pytest.mark.parametrize(
    ("request_", "failure", "again"),
    [
        (READ, Unreachable("cut"), True),
        (KEYED, Unreachable("cut"), True),
        (SAFE, Unreachable("cut"), True),
        (PLAIN, Unreachable("cut"), False),
        (PLAIN, Unreachable("refused", sent=False), True),
        (READ, answer(503), True),
        (PLAIN, answer(503), False),
        (KEYED, answer(502, "1"), True),
        (READ, answer(500), False),
        (READ, answer(404), False),
        (PLAIN, answer(429, "2"), True),
        (PLAIN, answer(429), False),
        (PLAIN, answer(429, "3600"), False),
    ],
)
def test_only_what_is_safe_and_may_help(request_: Request, failure: MillraceError, again: bool) -> None:
    assert (delay(request_, failure, 0, 4) is not None) is again
    assert delay(request_, failure, 4, 4) is None


def test_the_server_says_how_long() -> None:
    assert delay(READ, answer(503, "7"), 0, 4) == 7


@pytest.mark.parametrize(
    "body",
    [
        b'{"detail": "No.", "code": "bad", "param": "a.b", "status": 400, "type": "/docs#bad", "title": "Bad"}',
        b'{"error": {"message": "No.", "code": "bad", "param": "a.b", "type": "invalid_request_error"}}',
    ],
)
def test_both_shapes_of_errors_are_one(body: bytes) -> None:
    found = of_answer(400, {}, body)
    assert (found.message, found.code, found.param, found.status) == ("No.", "bad", "a.b", 400)


def test_a_redirect_is_said_and_not_followed() -> None:
    assert "https://there" in of_answer(308, {"location": "https://there"}, b"{}").message


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[1]", b'"text"', b'{"error": "plain"}'])
def test_what_a_proxy_says_is_an_error_too(body: bytes) -> None:
    assert of_answer(502, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, body).status == 502
