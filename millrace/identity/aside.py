"""Where work runs that takes a tenth of a second of CPU (hashes of passwords, RSA keys): beside what must not wait."""

import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from millrace.errors import MillraceError

P = ParamSpec("P")
T = TypeVar("T")

#: Such works at a time in one process: each takes 64 MiB, and a flood of sign-ins must leave CPU for the rest.
AT_A_TIME = 2

#: Seconds to wait for a turn: who comes later is told to come again, so that a flood cannot pile up.
PATIENCE = 10.0

_turns = threading.BoundedSemaphore(AT_A_TIME)


class Busy(MillraceError):
    """Too many people sign in or register at this moment. Try again in a few seconds."""

    status = 503
    code = "busy"


def _here(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    return function(*given, **named)


_run: Callable[..., Any] = _here


def run_with(runner: Callable[..., Any]) -> None:
    """Say how: `runner(function, *arguments)` answers what the function does. Unless told, in the caller's thread."""
    global _run
    _run = runner


def run(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Call it when it is its turn. Not within a transaction: others run meanwhile, and may want the same locks.

    Raises Busy.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy(retry_after=5)
    try:
        return _run(function, *given, **named)
    finally:
        _turns.release()
