"""One tree of errors, from problem details (RFC 9457) and from OpenAI's error shape alike."""

import json
from collections.abc import Mapping
from typing import Any


class MillraceError(Exception):
    """Whatever went wrong. `message` says what to do; what is not known is None."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.message, self.status, self.code, self.param = message, status, code, param
        #: Seconds to wait before asking again.
        self.retry_after = retry_after
        super().__init__(message)


class Unreachable(MillraceError):
    """No answer came: the connection was refused, broke, or timed out."""

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message, code="unreachable")
        #: False where the request certainly did not reach the server.
        self.sent = sent


class TimedOut(MillraceError):
    """What was waited for did not end in time. It goes on."""


class JobFailed(MillraceError):
    """A job ended without an answer. `job` is the job."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        error = job.get("error") or {}
        message = error.get("message") or f"The job {job['id']} is {job['status']}."
        super().__init__(message, code=error.get("code") or job["status"])
        self.job = job


class WebhookRefused(MillraceError):
    """A webhook that is not genuine, or too old."""


class StatusError(MillraceError):
    """The server answered with an error."""


class BadRequest(StatusError):
    """400: `param` names the field."""


class Unauthorized(StatusError):
    """401: no key, or none that is good."""


class Forbidden(StatusError):
    """403: this key may not."""


class NotFound(StatusError):
    """404: not there, or not yours."""


class Conflict(StatusError):
    """409: not in that state."""


class TooLarge(StatusError):
    """413: the body, or all that you store."""


class Unprocessable(StatusError):
    """422: an idempotency key that came with another request."""


class LimitReached(StatusError):
    """429: a rate (`rate_limited`), a month's quota (`quota_exceeded`) or a block (`blocked`)."""


class ServerError(StatusError):
    """5xx: the server's fault."""


_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequest, 401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 413: TooLarge,
    422: Unprocessable, 429: LimitReached,
}  # fmt: skip


def of_answer(status: int, headers: Mapping[str, str], body: bytes) -> StatusError:
    """The error that an answer is."""
    said = {"detail": _moved(headers)} if status < 400 else _said(body)
    kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else StatusError)
    return kind(
        str(said.get("detail") or said.get("message") or f"The server answered {status}."),
        status=status,
        code=said.get("code") or said.get("type"),
        param=said.get("param"),
        retry_after=_seconds(headers.get("retry-after")),
    )


def _moved(headers: Mapping[str, str]) -> str:
    """A redirect is not followed: the key would go where nobody meant it to."""
    return f"The server sends us on to {headers.get('location', 'another address')}: use that one instead."


def _said(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    found = found.get("error", found) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {"detail": found}


def _seconds(given: str | None) -> float | None:
    """Ours is whole seconds; a proxy's date is not waited for."""
    return float(given) if given and given.isdecimal() else None
