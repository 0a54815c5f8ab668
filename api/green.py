"""Eventlet's WSGI server. It patches nothing: `api.__main__` has."""

import os
import signal
from typing import Any

import eventlet
import eventlet.wsgi
from flask import Flask

#: Seconds that requests under way get when we are told to stop; streams are cut, and go on elsewhere.
FAREWELL = 1.5


def serve(app: Flask, listener: Any, connections: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    pool = eventlet.GreenPool(connections)
    stop = eventlet.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(lambda: stop.ready() or stop.send(True)))
    eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        custom_pool=pool,
        log_output=False,
        debug=False,
        socket_timeout=None,
        capitalize_response_headers=False,
    )
    stop.wait()
    listener.close()
    with eventlet.Timeout(FAREWELL, False):
        pool.waitall()
    os._exit(0)
