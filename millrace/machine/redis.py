"""The embedded Redis: `python -m millrace.machine.redis` becomes the server."""

import os
import sys
from pathlib import Path

from millrace.machine.binaries import redis_server
from millrace.machine.place import Unfit, prepare
from millrace.settings import settings

#: Redis holds messages and streams as well as caches, so it must refuse rather than evict.
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    # A power cut may tear the last record; start without it rather than not at all.
    "aof-load-truncated": "yes",
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
    "logfile": "",
    "daemonize": "no",
    "always-show-logo": "no",
}


def data() -> Path:
    """Where the append-only file is."""
    return settings().home / "redis"


def main() -> None:
    """Prepare what is missing, then become the server."""
    server = redis_server()
    prepare()
    data().mkdir(mode=0o700, exist_ok=True)
    os.chdir(data())
    os.execv(server, ["redis-server", *_arguments()])


def _arguments() -> list[str]:
    options = OPTIONS | {"dir": str(data()), "unixsocket": str(settings().sockets / "redis.sock")}
    return [part for name, value in options.items() for part in (f"--{name}", value)]


if __name__ == "__main__":
    try:
        main()
    except Unfit as unfit:
        sys.exit(str(unfit))
