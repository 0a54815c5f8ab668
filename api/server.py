"""Serving: eventlet's own WSGI server, or gunicorn's threads where ASYNC_MODE says so."""

import socket

from flask import Flask

from api import sockets
from api.app import create_app
from millrace import aside, blobs, db, telemetry
from millrace.catalog import live
from millrace.jobs.owner import owner
from millrace.settings import settings

#: Connections served at a time; each idle one costs a few kilobytes.
CONNECTIONS = 5000

#: Threads of the threading server: as many streams can be open at a time.
THREADS = 256


def main() -> None:
    telemetry.configure()
    db.act_as("api")
    live.follow()
    # A store that cannot be made is known before the first upload, and nobody waits for it then.
    blobs.store()
    app = create_app()
    sockets.attach(app)
    if settings().async_mode == "eventlet":
        _serve_green(app)
    else:
        _serve_threads(app)


def _serve_green(app: Flask) -> None:
    """One process; several may share the port (SO_REUSEPORT)."""
    from api import green

    aside.run_with(green.aside)
    green.serve(app, _listener(), CONNECTIONS, farewell=owner.leave)


def _listener() -> socket.socket:
    family = socket.AF_INET6 if ":" in settings().host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((settings().host, settings().port))
    listener.listen(1024)
    return listener


def _serve_threads(app: Flask) -> None:
    from gunicorn.app.base import BaseApplication

    class Threads(BaseApplication):
        def load_config(self) -> None:
            given = {
                "bind": f"{settings().host}:{settings().port}",
                "worker_class": "gthread",
                "threads": THREADS,
                "reuse_port": True,
                "graceful_timeout": int(settings().grace_seconds) - 2,
                "timeout": 0,
                "keepalive": 30,
                # It would lie in the home directory, where installations collide.
                "control_socket_disable": True,
                "loglevel": "warning",
                "worker_exit": lambda _server, _worker: owner.leave(),
            }
            for name, value in given.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Threads().run()
