"""Errors as Anthropic's clients read them."""

from typing import Any

#: By status; its SDK makes its exceptions of the status, people read the type.
TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_of(status: int, message: str, request_id: str | None = None) -> dict[str, Any]:
    """The body of an answer with that status, and the data of an `error` event in the middle of a stream."""
    kind = TYPES.get(status, "invalid_request_error" if 400 <= status < 500 else "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
