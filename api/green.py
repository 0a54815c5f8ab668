"""Eventlet's WSGI server. It patches nothing: `api.__main__` has."""

import os
import signal
from collections.abc import Callable
from typing import Any

import eventlet
import eventlet.hubs
import eventlet.tpool
import eventlet.wsgi
from flask import Flask

#: Seconds that requests under way get when we are told to stop; streams are cut, and go on elsewhere.
FAREWELL = 1.5


def serve(app: Flask, listener: Any, connections: int, farewell: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; then, after what is under way, bid farewell."""
    pool = eventlet.GreenPool(connections)
    eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        custom_pool=pool,
        # It gathers small chunks unless told not to, and an event is one.
        minimum_chunk_size=1,
        log_output=False,
        debug=False,
        socket_timeout=None,
        capitalize_response_headers=False,
    )
    _wait_until_told()
    listener.close()
    with eventlet.Timeout(FAREWELL, False):
        pool.waitall()
    farewell()
    os._exit(0)


def _wait_until_told() -> None:
    """An idle hub sleeps in a poll that Python resumes after a signal: only a byte on a descriptor wakes it."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    eventlet.hubs.trampoline(told, read=True)


def aside(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What the function does, in a thread of the system: everything else goes on meanwhile."""
    return eventlet.tpool.execute(function, *given, **named)
