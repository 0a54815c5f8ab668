"""The process that holds local models: `python -m workers models [NAME...]`; without names, all there are.

It runs llama.cpp's server on a port of its own for each, says where in an address file, and waits for SIGTERM. Then
what is being generated gets the same grace as it has in the workers, who cut what takes longer.
"""

import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from millrace import telemetry
from millrace.engines.engine import Line
from millrace.engines.failures import Failure
from millrace.engines.http.transport import origin
from millrace.engines.local.engine import address_file, publish
from millrace.engines.local.parameters import Unloadable, parameters
from millrace.engines.local.state import QUICK, note
from millrace.engines.model import Model
from millrace.settings import settings

log = telemetry.logger(__name__)

#: Seconds beyond the workers' grace, in which they cut their lines and hand their jobs back.
AFTER_GRACE = 0.25
#: Seconds between two looks whether anything is being generated.
LOOK = 0.1

#: Makes a model's file ready before it is loaded. Raises Unloadable.
Prepare = Callable[[Model], None]


@dataclass
class Held:
    """A model in memory: its server, the key that it wants, and what its address file says."""

    server: Any
    key: str
    file: Path
    written: str

    def busy(self) -> bool:
        """Whether it generates anything."""
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            with origin(self.server.listening_address).request("GET", "/slots", headers, b"", QUICK, Line()) as reply:
                return b'"is_processing":true' in reply.read()
        except Failure:
            return True

    def withdraw(self) -> None:
        """Remove the address file, unless a successor has written its own already."""
        try:
            if self.file.read_text(encoding="ascii") == self.written:
                self.file.unlink()
        except FileNotFoundError:
            return


def serve(models: Iterable[Model], prepare: Prepare = lambda _model: None) -> None:
    """Hold the models until SIGTERM or SIGINT; those that cannot be loaded are logged. SystemExit where none can."""
    # While they load, SIGTERM ends the process by default. An address file left behind leads to a refused connection.
    held = [found for model in models if (found := _try(model, prepare))]
    if not held:
        raise SystemExit("No model could be loaded.")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    _drain(held)
    for one in held:
        one.withdraw()
    log.info("stopped")
    # Not through the servers' destructors: they wait, holding the GIL, for what is still being generated.
    os._exit(0)


def _drain(held: list[Held]) -> None:
    ends = monotonic() + settings().grace_seconds + AFTER_GRACE
    pause = threading.Event()
    while monotonic() < ends and any(one.busy() for one in held):
        pause.wait(LOOK)


def hold(model: Model) -> Held:
    """Load a model and publish its address. Raises Unloadable."""
    file = address_file(model.name)
    file.unlink(missing_ok=True)
    try:
        import xllamacpp
    except ImportError as cause:
        raise Unloadable("xllamacpp is not installed: pip install xllamacpp") from cause
    # The port is open to every user of this machine; the key is not.
    key = secrets.token_urlsafe(24)
    asked = parameters(model, key, xllamacpp)
    try:
        server = xllamacpp.Server(asked)
    except (RuntimeError, ValueError, TypeError) as cause:
        raise Unloadable(f"llama.cpp cannot load {asked.model.path}: {cause}") from cause
    held = Held(server, key, file, f"{server.listening_address}\n{key}\n")
    publish(file, held.written)
    return held


def _try(model: Model, prepare: Prepare) -> Held | None:
    try:
        note(model.name, "preparing")
        prepare(model)
        note(model.name, "loading")
        held = hold(model)
    except Unloadable as failure:
        note(model.name, "failed", str(failure))
        log.error("not loaded", model=model.name, error=str(failure))
        return None
    note(model.name, "ready")
    log.info("ready", model=model.name, address=held.server.listening_address)
    return held
