"""`x-ratelimit-*` on answers of what asks for inference (the names are OpenAI's)."""

from flask import Flask, Response, g

from api.limits.durations import short
from millrace.errors import DatabaseUnavailable
from millrace.identity.caller import Caller
from millrace.limits import monthly
from millrace.limits.rates import Decision
from millrace.limits.standing import tightest


def install(app: Flask) -> None:
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if "decision" in g:
        response.headers.update(said(g.decision, g.caller))
    return response


def said(decision: Decision | None, caller: Caller) -> dict[str, str]:
    """The hourly window that leaves the least, where there is one and Redis answered; and the month's tokens."""
    state = tightest(decision) if decision is not None else None
    of_requests = _said("requests", state.rate.size, state.remaining, state.free) if state else {}
    return of_requests | _of_tokens(caller)


def _of_tokens(caller: Caller) -> dict[str, str]:
    try:
        left = monthly.tokens(caller)
    except DatabaseUnavailable:
        return {}
    return _said("tokens", left.limit, left.remaining, left.free) if left else {}


def _said(of: str, limit: int, remaining: int, free: int) -> dict[str, str]:
    return {
        f"x-ratelimit-limit-{of}": str(limit),
        f"x-ratelimit-remaining-{of}": str(remaining),
        f"x-ratelimit-reset-{of}": short(free),
    }
