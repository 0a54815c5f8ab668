"""`x-ratelimit-*` on answers of what asks for inference (the names are OpenAI's)."""

from flask import Flask, Response, g

from api.limits.durations import short
from millrace.errors import DatabaseUnavailable
from millrace.limits import monthly
from millrace.limits.standing import tightest


def install(app: Flask) -> None:
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    """The hourly window that leaves the least, where there is one and Redis answered; and the month's tokens."""
    if "decision" not in g:
        return response
    state = tightest(g.decision) if g.decision is not None else None
    if state is not None:
        _set(response, "requests", state.rate.size, state.remaining, state.free)
    _tell_tokens(response)
    return response


def _tell_tokens(response: Response) -> None:
    try:
        left = monthly.tokens(g.caller)
    except DatabaseUnavailable:
        return
    if left is not None:
        _set(response, "tokens", left.limit, left.remaining, left.free)


def _set(response: Response, of: str, limit: int, remaining: int, free: int) -> None:
    response.headers[f"x-ratelimit-limit-{of}"] = str(limit)
    response.headers[f"x-ratelimit-remaining-{of}"] = str(remaining)
    response.headers[f"x-ratelimit-reset-{of}"] = short(free)
