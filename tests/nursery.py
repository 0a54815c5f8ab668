"""Processes of the platform, forked from one that has imported what they import: a start takes a tenth of its CPU.

Two stand ready from their first use to the end of a test session, one of them patched by eventlet as `python -m api`
is. They have read no setting, hold no connection and run no thread: what they fork begins where an import ends.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

#: Forking what has imported much is safe only there.
READY = sys.platform == "linux"


class Forked:
    """A process of a nursery, with as much of `subprocess.Popen` as tests ask for."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._nursery.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float = float("inf")) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that forks, and the line to it. It ends, and ends what it has forked, when the line is cut."""

    def __init__(self, kind: str, root: Path, env: Mapping[str, str]) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            command = [sys.executable, "-m", "tests.seedbed", kind, str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, cwd=root, env=env, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )

    def start(self, command: tuple[str, ...], env: Mapping[str, str], output: int) -> Forked:
        """Begin `python -m NAME ...`; `output`: a descriptor, for both of its outputs."""
        pid = self.ask({"command": command, "env": dict(env)}, [output])
        assert pid is not None
        return Forked(self, pid)

    def ask(self, request: dict[str, object], descriptors: list[int] | None = None) -> int | None:
        with self._lock:
            socket.send_fds(self._line, [json.dumps(request).encode()], descriptors or [])
            answer = self._line.recv(64)
        assert answer, "the nursery died"
        return json.loads(answer)  # type: ignore[no-any-return]


@cache
def nursery(kind: str, root: Path) -> Nursery:
    """The one that `eventlet` has patched, or the `plain` one."""
    return Nursery(kind, root, os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(root)})
