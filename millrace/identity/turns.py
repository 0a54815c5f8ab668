"""Turns for work that takes a tenth of a second of CPU (hashes of passwords, RSA keys): beside what must not wait."""

import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from millrace import aside
from millrace.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

#: Such works at a time in one process: each takes 64 MiB, and a flood of sign-ins must leave CPU for the rest.
AT_A_TIME = 2

#: Seconds to wait for a turn: who comes later is told to come again, so that a flood cannot pile up.
PATIENCE = 10.0

_turns = threading.BoundedSemaphore(AT_A_TIME)


def run(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Call it when it is its turn, aside. Not within a transaction: others run meanwhile, and may want the same locks.

    Raises Busy.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy("Too many people sign in or register at this moment. Try again in a few seconds.", retry_after=5)
    try:
        return aside.run(function, *given, **named)
    finally:
        _turns.release()
