"""What a killed supervisor leaves behind: processes of this installation that nobody watches any more."""

import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from millrace.machine.control import MARK, alive
from millrace.settings import settings


def find() -> list[psutil.Process]:
    """Every process that a supervisor of this installation started, whoever is its parent now."""
    return [found for found in psutil.process_iter() if found.pid != psutil.Process().pid and _is_ours(found)]


def clean(grace: float) -> int:
    """Stop them, the app first; the number there were."""
    left = find()
    servers = [found for found in left if _serves(found)]
    _end([found for found in left if found not in servers], signal.SIGTERM, grace)
    _end(servers, signal.SIGINT, grace)
    return len(left)


def _end(those: list[psutil.Process], gentle: signal.Signals, grace: float) -> None:
    """Signal the parents, who know what to do with their children; kill what overstays."""
    for found in those:
        with suppress(psutil.Error):
            if found.parent() not in those:
                found.send_signal(gentle)
    deadline = time.monotonic() + grace
    while any(map(alive, those)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for found in filter(alive, those):
        with suppress(psutil.Error):
            found.kill()


def _is_ours(found: psutil.Process) -> bool:
    with suppress(psutil.Error, OSError):
        return _serves(found) or found.environ().get(MARK) == str(settings().home)
    return False


def _serves(found: psutil.Process) -> bool:
    """Postgres and Redis write over their environment, but they work in a directory of this home."""
    with suppress(psutil.Error, OSError):
        here = settings().home
        return found.name().startswith(("postgres", "redis-server")) and Path(found.cwd()) in {
            here / "postgres",
            here / "redis",
        }
    return False
