"""Who has hung up: a client that waits says nothing, so its connection is looked at, twice a second.

Redis and Postgres have no part in it. A connection that still has something to say is alive; one that reads as ended
is gone (clients that shut down their half and go on reading are not served: HTTP clients do not).
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Seconds between two looks.
EVERY = 0.5


class Departures:
    """Connections of this process that somebody waits on, and what to do when they end."""

    def __init__(self) -> None:
        self._watched: dict[object, tuple[Any, Callable[[], None]]] = {}
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watched(self, environ: dict[str, Any], gone: Callable[[], None]) -> Iterator[None]:
        """Call `gone`, once and from another thread, if the request's client leaves while the block runs."""
        connection = connection_of(environ)
        if connection is None:
            yield
            return
        token = object()
        self._watched[token] = (connection, gone)
        self._start()
        try:
            yield
        finally:
            self._watched.pop(token, None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look_on, name="departures", daemon=True)
                self._thread.start()
        self._some.set()

    def _look_on(self) -> None:
        pause = threading.Event()
        while True:
            self._some.wait()
            if not self._watched:
                self._some.clear()
            for token, (connection, gone) in list(self._watched.items()):
                if _left(connection):
                    self._watched.pop(token, None)
                    gone()
            pause.wait(EVERY)


def connection_of(environ: dict[str, Any]) -> Any:
    """The socket of a request, below whatever the server made of it."""
    given = environ.get("gunicorn.socket")
    if given is None and "eventlet.input" in environ:
        given = environ["eventlet.input"].get_socket()
    return getattr(given, "fd", given)


def _left(connection: Any) -> bool:
    try:
        return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True


departures = Departures()
