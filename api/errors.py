"""One handler renders every error: OpenAI's shape under /v1, RFC 9457 problem details elsewhere."""

import json
import uuid
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from api import leftover
from millrace.dialects.anthropic.errors import error_of
from millrace.errors import (
    BadRequest,
    BodyTooLarge,
    MethodNotAllowed,
    MillraceError,
    NotFound,
    Unauthorized,
    UnsupportedMediaType,
)
from millrace.telemetry import logger

log = logger(__name__)

#: What Werkzeug raises before a view is reached.
_BEFORE = {
    404: NotFound("No such path. `GET /docs` shows those there are."),
    405: MethodNotAllowed(),
    413: BodyTooLarge(),
    415: UnsupportedMediaType(),
}

#: What OpenAI calls the type of what is not simply the request's or the server's fault.
_TYPES = {"rate_limited": "rate_limit_error", "blocked": "rate_limit_error", "quota_exceeded": "insufficient_quota"}


def install(app: Flask) -> None:
    app.register_error_handler(MillraceError, _expected)
    app.register_error_handler(HTTPException, _werkzeug)
    app.register_error_handler(UnicodeDecodeError, _not_utf8)
    app.register_error_handler(Exception, _unknown)


def _expected(error: Exception) -> Response:
    assert isinstance(error, MillraceError)
    if error.status >= 500:
        log.warning(error.message, code=error.code, path=request.path)
    return render(error)


def _not_utf8(_: Exception) -> Response:
    """Only a query string is decoded outside our own parsing."""
    return render(BadRequest("The query is not UTF-8: percent-encode what is not ASCII."))


def _werkzeug(error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = _BEFORE.get(error.code or 500)
    rendered = render(known or BadRequest(error.description))
    if isinstance(known, MethodNotAllowed):
        rendered.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
    return rendered


def _unknown(error: Exception) -> Response:
    """A bug of ours: loudly to the log, with a number the caller can quote."""
    number = uuid.uuid4().hex[:12]
    log.error("unexpected error", request=number, path=request.path, exc_info=error)
    return render(MillraceError(f"Something went wrong on our side. Quote {number} to your administrator."))


def render(error: MillraceError) -> Response:
    """The error as the path's readers expect it."""
    vendors = request.path.startswith("/v1/")
    answer = Response(json.dumps(_shape(error)), error.status)
    answer.mimetype = "application/json" if vendors else "application/problem+json"
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(max(1, error.retry_after))
    elif error.hopeless:
        # The official clients try a 409, a 429 and any 5xx again unless this says otherwise.
        answer.headers["x-should-retry"] = "false"
    if isinstance(error, Unauthorized):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, BodyTooLarge):
        # What is left of the body is not read: the connection cannot be used again.
        answer.headers["Connection"] = "close"
    return leftover.read_away(answer)


def _shape(error: MillraceError) -> dict[str, Any]:
    if request.path.startswith("/v1/messages"):
        return error_of(error.status, error.message, request.headers.get("x-request-id"))
    return _openai(error) if request.path.startswith("/v1/") else _problem(error)


def _openai(error: MillraceError) -> dict[str, Any]:
    type = _TYPES.get(error.code) or ("invalid_request_error" if error.status < 500 else "server_error")
    return {"error": {"message": error.message, "type": type, "param": error.param, "code": error.code}}


def _problem(error: MillraceError) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "type": f"/docs#{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    return shape | ({"param": error.param} if error.param else {})
