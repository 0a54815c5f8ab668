"""What every operation goes through before its view: is it blocked, who is it, may it, how often.

Counting costs one call of Redis, shared with the requests that arrive at the same time; none where no limit applies.
"""

from flask import g, request

from api import auth
from api.address import address
from api.limits.durations import short
from millrace.errors import RateLimited, Unauthorized
from millrace.identity.caller import Caller
from millrace.identity.permissions import PUBLIC
from millrace.limits import applying, guesses, rates
from millrace.limits.rates import Decision, Rate

#: Where a request's environment has the decision, if it was counted before it came here (api/v1/express.py).
COUNTED = "millrace.counted"


def admit(permission: str, rate: str, operation: str) -> None:
    """Let this request go on to its view. Raises Blocked, Unauthorized, Forbidden, RateLimited."""
    caller = None if permission == PUBLIC else _known(permission, operation)
    decision = count(caller, rate, operation)
    if rate == applying.INFERENCE:
        g.decision = decision


def admit_socket(token: str) -> Caller:
    """The caller that connects with this key or token. Raises Blocked, Unauthorized, RateLimited."""
    guesses.refuse_blocked(address())
    try:
        caller = auth.of(token)
    except Unauthorized as failure:
        _refused(failure, token, "connect")
        raise
    count(caller, applying.READING, "connect")
    return caller


def count(caller: Caller | None, rate: str, operation: str) -> Decision | None:
    """Count this request against all limits that apply. Raises RateLimited."""
    decision = request.environ.pop(COUNTED, None)
    decision = decision or rates.decide(applying.of_request(caller, address(), rate, operation))
    if decision is not None and decision.refused is not None:
        if rate == applying.INFERENCE:
            g.decision = decision
        raise RateLimited(_message(decision.refused.rate, decision.wait), retry_after=-(-decision.wait // 1000))
    return decision


def count_jobs(caller: Caller, jobs: int) -> None:
    """A request that makes several jobs counts as many in hourly windows: all of them, or RateLimited."""
    hourly = [rate for rate in applying.of_request(caller, address(), applying.INFERENCE) if rate.hourly]
    # The first one was counted when the request came in.
    decision = rates.decide(hourly, jobs - 1) if jobs > 1 else None
    if decision is None:
        return
    g.decision = decision
    if decision.refused is not None:
        rate = decision.refused.rate
        fits = jobs <= rate.size
        when = f"It may come in {short(decision.wait)}." if fits else "Ask for less at a time."
        message = f"{_allowed(rate)}, and this makes {jobs} jobs. {when} `GET /api/v1/quota` shows where you stand."
        raise RateLimited(message, retry_after=-(-decision.wait // 1000) if fits else None)


def _known(permission: str, operation: str) -> Caller:
    guesses.refuse_blocked(address())
    try:
        return auth.authenticate(permission)
    except Unauthorized as failure:
        _refused(failure, auth.presented(), operation)
        raise


def _refused(failure: Unauthorized, shown: str, operation: str) -> None:
    """Nobody that we know: it counts against its address, and as a guess if it showed something."""
    if shown and failure.guess:
        guesses.failed(address(), tried=shown)
    count(None, applying.READING, operation)


#: What a message calls the subject of a limit.
_WHOSE = {
    "platform": "This platform takes",
    "address": "Your address may send",
    "tenant": "Your tenant may send",
    "user": "You may send",
    "key": "This API key may send",
}


def _message(rate: Rate, wait: int) -> str:
    return f"{_allowed(rate)}. The next one may come in {short(wait)}. `GET /api/v1/quota` shows where you stand."


def _allowed(rate: Rate) -> str:
    whose = _WHOSE.get(rate.of, f"The limit `{rate.of}` allows")
    if rate.hourly:
        return f"{whose} {rate.size} requests an hour"
    return f"{whose} {1_000_000 / rate.interval:g} requests a second ({rate.size} at once)"
