"""A comparison from start to end: a bar while it runs; Ctrl-C cancels it, and what was measured by then is shown."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from millrace.machine.bench.platform import Platform
from millrace.machine.bench.tables import product
from millrace.machine.client import ApiError

#: Seconds between two looks; and for which a platform may be away, since what it runs survives that.
EVERY, PATIENCE = 0.5, 120.0

Found = dict[str, Any]


def compare(platform: Platform, wanted: Found, console: Console) -> tuple[Found, bool]:
    """The comparison when it has ended, and whether somebody interrupted it. A second Ctrl-C leaves at once."""
    once = str(uuid.uuid4())
    try:
        started = platform.start(wanted, once)
        console.print(f"{started['id']}: {product(started)}", style="dim")
        return _follow(platform, started["id"], console), False
    except KeyboardInterrupt:
        # However far it was: the same key finds it.
        id = platform.start(wanted, once)["id"]
        platform.cancel(id)
        return _follow(platform, id, console), True


def _follow(platform: Platform, id: str, console: Console) -> Found:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("comparing", total=None)

        def shown(found: Found) -> None:
            said = "cancelling" if found["cancel_requested"] else "comparing"
            bars.update(task, description=said, completed=found["ended"], total=found["jobs"])

        return _until_over(platform, id, shown)


def _until_over(platform: Platform, id: str, shown: Callable[[Found], None]) -> Found:
    heard = time.monotonic()
    while True:
        try:
            found = platform.look(id)
        except ApiError as failure:
            if (failure.status or 503) < 500 or time.monotonic() > heard + PATIENCE:
                raise
        else:
            heard = time.monotonic()
            shown(found)
            if found["status"] != "running":
                return found
        time.sleep(EVERY)
