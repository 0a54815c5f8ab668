"""Talking to the supervisor of this installation: start it, ask it, stop it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from xmlrpc.client import Error as RpcError
from xmlrpc.client import ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from millrace.machine import supervisor
from millrace.machine.place import Unfit
from millrace.settings import settings

#: Every process under the supervisor carries this in its environment: a crash leaves no doubt whose it was.
MARK = "MILLRACE_SUPERVISED"

#: Seconds until the supervisor must answer.
START_PATIENCE = 15.0

#: Seconds that stopping may take before the supervisor itself is killed.
STOP_PATIENCE = 20.0


def running() -> psutil.Process | None:
    """The supervisor of this installation, if it runs."""
    with suppress(OSError, ValueError, psutil.Error):
        found = psutil.Process(int(supervisor.pid_path().read_text()))
        if alive(found) and str(settings().home / "run") in " ".join(found.cmdline()):
            return found
    return None


def start() -> subprocess.Popen[bytes]:
    """Start the supervisor, in a session of its own so that a Ctrl-C reaches it through us; wait until it answers."""
    command = [sys.executable, "-m", "millrace.machine.supervisord", "-c", str(supervisor.write())]
    environment = os.environ | {
        "MILLRACE_HOME": str(settings().home),
        "FLOWER_PORT": str(settings().flower_port),
        "PYTHONUNBUFFERED": "1",
        MARK: str(settings().home),
    }
    with supervisor.log_path("supervisor").open("ab") as log:
        started = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + START_PATIENCE
    while not processes():
        if started.poll() is not None or time.monotonic() > deadline:
            raise Unfit(f"The supervisor did not start: see {supervisor.log_path('supervisor')}")
        time.sleep(0.05)
    return started


def processes() -> list[dict[str, Any]]:
    """What the supervisor knows of each process; nothing when it does not answer."""
    with suppress(OSError, HTTPException, RpcError):
        return list(_rpc().supervisor.getAllProcessInfo())
    return []


def start_app(but: Collection[str] = ()) -> None:
    """Start the Procfile's processes, as far as they do not run yet."""
    if not but:
        _rpc().supervisor.startProcessGroup(supervisor.APP, False)
        return
    for one in processes():
        if one["group"] == supervisor.APP and one["name"] not in but:
            _rpc().supervisor.startProcess(f"{supervisor.APP}:{one['name']}", False)


def stop(meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Stop everything; False when it had to be killed. `meanwhile` is called now and then until then."""
    found = running()
    if not found:
        return True
    deadline = time.monotonic() + STOP_PATIENCE
    with suppress(psutil.NoSuchProcess):
        found.terminate()
        while alive(found):
            if time.monotonic() > deadline:
                found.kill()
                return False
            meanwhile()
            time.sleep(0.05)
    return True


def alive(found: psutil.Process) -> bool:
    """Whether a process does anything still. Whoever inherited a dead one may be slow to collect it."""
    with suppress(psutil.NoSuchProcess):
        return found.is_running() and found.status() != psutil.STATUS_ZOMBIE
    return False


def _rpc() -> Any:
    transport = SupervisorTransport(None, None, f"unix://{supervisor.socket_path()}")
    return ServerProxy("http://127.0.0.1", transport=transport)
