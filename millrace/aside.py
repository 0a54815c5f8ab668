"""Where work runs that would keep all else waiting: in a thread of the system, beside the greenlets of an API process.

For what holds the CPU or waits for a disk, and touches nothing that eventlet patches: hashes, ciphers, files. A process
without greenlets does it where it is asked.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def _here(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    return function(*given, **named)


_run: Callable[..., Any] = _here


def run_with(runner: Callable[..., Any]) -> None:
    """Say how: `runner(function, *arguments)` answers what the function does. Unless told, in the caller's thread."""
    global _run
    _run = runner


def run(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What the function does. Not within a transaction: others run meanwhile, and may want the same locks."""
    found: T = _run(function, *given, **named)
    return found
