"""Running asyncio on uvloop where it is installed."""

import asyncio
from collections.abc import Coroutine
from importlib.util import find_spec
from typing import Any


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Like asyncio.run."""
    factory = None
    if find_spec("uvloop"):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)
