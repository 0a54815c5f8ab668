"""`millrace up`: everything, in order, until it answers; then its logs, until Ctrl-C."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console

from millrace.machine import arrivals, control, discover, orphans, ready, sample, supervisor, welcome
from millrace.machine.follow import Logs
from millrace.machine.place import Unfit, prepare
from millrace.machine.probe import any_port, port_free
from millrace.machine.procfile import processes, servers
from millrace.settings import settings

#: Seconds between two looks at the logs.
LOOK = 0.1

#: What a first job needs; of a local model, these as well.
FIRST, LOCAL = ("api", "worker-remote"), ("worker-local", "models")

#: Seconds beyond their grace that orphans get.
ORPHANS_EXTRA = 2.0


def up(detach: bool) -> None:
    """Start this installation; without `detach`, stay until Ctrl-C, SIGTERM or a closed terminal, and then stop it."""
    console = Console(highlight=False, soft_wrap=True)
    prepare()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with _alone():
            started = _start(console, detach)
        if not detach:
            _follow(console, started)
    except AlreadyUp:
        raise
    except (KeyboardInterrupt, BrokenPipeError, SystemExit):
        _stop(console)
    except BaseException:
        _stop(console)
        raise


@contextmanager
def _alone() -> Iterator[None]:
    """Two `up` at once would start two of everything."""
    with (settings().home / "run" / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyUp(f"Another `millrace up` is starting {settings().home}") from None
        if found := control.running():
            raise AlreadyUp(
                f"Millrace runs already in {settings().home} (process {found.pid}): `millrace status` shows it,"
                " `millrace down` stops it"
            )
        yield


class AlreadyUp(Unfit):
    """Somebody else's installation is not ours to stop."""


def _start(console: Console, detach: bool) -> subprocess.Popen[bytes]:
    began = time.monotonic()
    left = orphans.clean(settings().grace_seconds + ORPHANS_EXTRA)
    if left:
        console.print(f"Stopped {left} processes that an earlier run left behind.")
    _find_ports()
    arrivals.list_models(console)
    choice = sample.choose(console)
    started = _launch(console, _later(choice.model))
    # In the background nobody has to listen.
    with _deaf() if detach else nullcontext():
        welcome.show(console, choice, time.monotonic() - began, detach)
    return started


def _launch(console: Console, later: Collection[str] = ()) -> subprocess.Popen[bytes]:
    """The servers, what the processes need in them, then the processes; `later` when the API is ready."""
    started = control.start()
    ready.wait_for_servers(console)
    ready.set_up(console)
    control.start_app(but=later)
    ready.wait_for_api(console)
    if later:
        control.start_app()
    return started


def _later(model: str) -> Collection[str]:
    """Processes that the first job does not need, so that it does not wait until they have read all their code."""
    found = discover.catalog()
    needed = (*FIRST, *LOCAL) if found.lanes[found.models[model].lane].pool == "local" else FIRST
    return [each.name for each in processes() if each.name not in needed]


def _find_ports() -> None:
    """Our port must be free. Flower moves aside, unless it was told where to be."""
    own = settings()
    if not port_free(own.host, own.port):
        raise Unfit(f"Port {own.port} is taken: set PORT to a free one, as in `PORT={own.port + 1} make run`")
    if port_free(own.host, own.flower_port):
        return
    if "flower_port" in own.model_fields_set:
        raise Unfit(f"Port {own.flower_port} is taken: set FLOWER_PORT to a free one")
    own.flower_port = any_port(own.host)


def _follow(console: Console, started: subprocess.Popen[bytes]) -> None:
    logs = _logs()
    while True:
        if not logs.pump():
            time.sleep(LOOK)
        ended = started.poll()
        if ended == 0:
            return
        if ended is not None:
            console.print("[yellow]The supervisor died: starting everything again.[/]")
            orphans.clean(settings().grace_seconds + ORPHANS_EXTRA)
            started = _launch(console)


def _logs() -> Logs:
    names = [found.name for found in (*servers(), *processes())]
    return Logs({name: supervisor.log_path(name) for name in names})


def _stop(console: Console) -> None:
    """Once only: an impatient second Ctrl-C changes nothing, since ten seconds are the limit anyway."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if control.running():
        began = time.monotonic()
        with _deaf():
            control.stop(_logs().pump)
        # The terminal may have gone away in the middle of it.
        control.stop()
        with _deaf():
            console.print(f"Stopped in {time.monotonic() - began:.1f} s. The next `millrace up` goes on from here.")


@contextmanager
def _deaf() -> Iterator[None]:
    """The terminal may be gone, which is a reason to stop and none to fail. (rich turns that into SystemExit.)"""
    try:
        yield
    except (OSError, SystemExit):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
