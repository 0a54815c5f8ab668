"""Where a caller stands, without counting anything."""

import time
from typing import NamedTuple

from millrace.identity.caller import Caller
from millrace.limits import applying, rates
from millrace.limits.rates import Decision, State


class Usage(NamedTuple):
    """The hourly window that leaves a caller the least. None: no limit, or (of what is used) Redis is away."""

    requests_used: int | None
    requests_limit: int | None
    requests_remaining: int | None
    #: Unix seconds.
    window_reset: int
    tier: str


def tightest(decision: Decision) -> State | None:
    """The hourly window that leaves the least, and of several such the one that frees last."""
    windows = [state for state in decision.states if state.rate.hourly]
    return min(windows, key=lambda state: (state.remaining, -state.free), default=None)


def usage(caller: Caller, address: str = "") -> Usage:
    """How many requests the caller has used of its hour. A window that has not begun ends now."""
    wanted = applying.of_request(caller, address, applying.INFERENCE)
    found = rates.look(wanted)
    tier = caller.key_tier or caller.tier
    if found is None:
        sizes = [rate.size for rate in wanted if rate.hourly]
        return Usage(None, min(sizes, default=None), None, int(time.time()), tier)
    state = tightest(found)
    if state is None:
        return Usage(None, None, None, int(time.time()), tier)
    return Usage(state.used, state.rate.size, state.remaining, int(time.time() + state.free / 1000), tier)
