"""`python -m tests.seedbed KIND DESCRIPTOR`: the process of tests/nursery.py that forks."""

import gc

gc.disable()

import sys
import warnings

if sys.argv[1] == "eventlet":
    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch(os=False)

# Beneath what eventlet patches: its sockets would start a hub, which forks must not share.
import _socket
import array
import ast
import importlib
import json
import os
import runpy
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from millrace import settings

ROOT = Path(__file__).parents[1]

#: Theirs is done anew in each process, since tasks read settings while they are imported; what they import is not.
LATER = ("tasks", "workers", "schedules")

#: What Celery imports when it starts.
CELERY = (
    "celery.apps.worker", "celery.beat", "celery.bin.celery", "celery.bin.worker", "celery.concurrency.prefork",
    "celery.concurrency.solo", "celery.concurrency.thread", "celery.worker.consumer", "celery.worker.strategy",
    "celery.loaders.app", "celery.app.log", "kombu.transport.redis", "sqlalchemy.dialects.postgresql.psycopg2",
)  # fmt: skip

#: What only those import that eventlet has patched.
GREEN = ("api.green", "celery.concurrency.eventlet")


def main() -> None:
    """Fork on request until the line is cut; returns in each that is forked, to run its command."""
    line = _socket.socket(fileno=int(sys.argv[2]))
    codes: dict[int, int | None] = {}
    signal.signal(signal.SIGCHLD, lambda *_: _reap(codes))
    while request := _received(line):
        if "ended" in request:
            line.send(json.dumps(codes[request["ended"]]).encode())
            continue
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            _become(line, **request)
            return
        codes[pid] = None
        os.close(request["output"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        line.send(json.dumps(pid).encode())
    for pid in [pid for pid, code in codes.items() if code is None]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _received(line: _socket.socket) -> dict[str, Any]:
    raw, more, *_ = line.recvmsg(1 << 20, _socket.CMSG_LEN(4))
    request: dict[str, Any] = json.loads(raw) if raw else {}
    for _, _, data in more:
        request["output"] = array.array("i", data)[0]
    return request


def _reap(codes: dict[int, int | None]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            codes[ended[0]] = os.waitstatus_to_exitcode(ended[1])


def _become(line: _socket.socket, command: list[str], env: dict[str, str], output: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    line.close()
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    if sys.argv[1] == "eventlet":
        # Another than the one that patching made: two processes on one epoll hear each other's sockets.
        eventlet.hubs.use_hub()
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [command[0], *command[1:]]


def _import() -> None:
    later = {name for folder in LATER for path in (ROOT / folder).glob("*.py") for name in _imported(path)}
    for name in ["api.server", *CELERY, *sorted(later), *(GREEN if sys.argv[1] == "eventlet" else ())]:
        importlib.import_module(name)
    assert threading.active_count() == 1
    assert settings.settings.cache_info().currsize == 0


def _imported(path: Path) -> Iterator[str]:
    """The modules that a module imports, less those that are imported later or only where eventlet patches."""
    for node in ast.parse(path.read_text()).body:
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        if names == ["millrace"]:
            names = [f"millrace.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (name for name in names if name.split(".")[0] not in (*LATER, "eventlet", "api"))


if __name__ == "__main__":
    _import()
    gc.freeze()
    main()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
