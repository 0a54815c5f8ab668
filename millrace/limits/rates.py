"""Deciding all limits of a request at once, by Redis's clock: it counts against every one of them or against none.

An hourly window is a counter that begins with its first request: a limit of n admits n in its window, whatever the
burst and however many processes (docs/adr/0012). A burst is a GCRA (generic cell rate algorithm: ITU-T I.371, annex A).
Requests that fall together are decided in one call.

The loss of Redis: everything is allowed and nothing is counted. Monthly quotas, which are in Postgres, still hold.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from redis.exceptions import NoScriptError, RedisError

from millrace import redis as millrace_redis
from millrace.grouping import Grouped
from millrace.limits import away

_SCRIPT = Path(__file__).with_name("rates.lua").read_text()
_SHA = hashlib.sha1(_SCRIPT.encode()).hexdigest()


class Rate(NamedTuple):
    """One limit on one subject."""

    #: Whose, or which: `tenant`, `key`, `sign_in`...
    of: str
    #: Where it is counted.
    at: str
    #: Requests in an hour, or at once.
    size: int
    #: Microseconds in which a burst gets one request back; 0: an hourly window.
    interval: int = 0

    @property
    def hourly(self) -> bool:
        return self.interval == 0


class State(NamedTuple):
    """How a limit stands after a request. `free`: milliseconds until all of it is free."""

    rate: Rate
    used: int
    free: int

    @property
    def remaining(self) -> int:
        return max(0, self.rate.size - self.used)


class Decision(NamedTuple):
    """`refused`: the limit that did; None: go on. `wait`: milliseconds until it may be sent again."""

    states: list[State]
    refused: State | None = None
    wait: int = 0


class _Question(NamedTuple):
    rates: Sequence[Rate]
    times: int


def decide(rates: Sequence[Rate], times: int = 1) -> Decision | None:
    """Count a request against these limits, unless one of them refuses it. None when Redis is away: allow it.

    `times`: as how many requests it counts in hourly windows; all of them fit, or it is refused.
    """
    return _decide(_Question(rates, times)) if rates and not away.is_away() else None


def look(rates: Sequence[Rate]) -> Decision | None:
    """How these limits stand, without counting. None when Redis is away."""
    return _decide(_Question(rates, 0)) if rates and not away.is_away() else None


def _decide_all(questions: Sequence[_Question]) -> Sequence[Decision | None]:
    keys = [rate.at for question in questions for rate in question.rates]
    given: list[int] = []
    for rates, times in questions:
        given += (times, len(rates))
        for rate in rates:
            given += (rate.size, rate.interval)
    try:
        numbers = _evaluate(keys, given)
    except RedisError as failure:
        away.note(failure)
        return [None] * len(questions)
    return _decisions(questions, numbers)


_decide = Grouped(_decide_all)


def _evaluate(keys: list[str], given: list[int]) -> list[int]:
    client: Any = millrace_redis.hurried()
    try:
        return list(client.evalsha(_SHA, len(keys), *keys, *given))
    except NoScriptError:
        client.script_load(_SCRIPT)
        return list(client.evalsha(_SHA, len(keys), *keys, *given))


def _decisions(questions: Sequence[_Question], numbers: list[int]) -> list[Decision]:
    found, at = [], 0
    for rates, _ in questions:
        refused, wait = numbers[at : at + 2]
        at += 2
        states = [State(rate, numbers[at + 2 * i], numbers[at + 2 * i + 1]) for i, rate in enumerate(rates)]
        at += 2 * len(rates)
        found.append(Decision(states, states[refused - 1] if refused else None, wait))
    return found
