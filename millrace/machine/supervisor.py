"""What supervisord is told: every process, in two groups that stop one after the other."""

import math
import os
import resource
import shlex
from configparser import RawConfigParser
from pathlib import Path

from millrace.machine.procfile import Process, processes, servers
from millrace.settings import settings

#: The group that goes first, and the servers that it needs until its last write.
APP, SERVERS = "app", "servers"

#: Seconds in which all must be over, of which the servers get what the app's grace leaves, and this at least.
ALL_OVER = 9.5
SERVERS_WAIT = 1

#: A log file's bytes, and how many old ones are kept.
LOG_BYTES, LOG_BACKUPS = "20MB", "3"

#: File descriptors a process may open, if the system lets it: each open stream is one.
DESCRIPTORS = 8192


def socket_path() -> Path:
    """Where supervisord listens for `status` and the like."""
    return settings().sockets / "supervisor.sock"


def pid_path() -> Path:
    """Where supervisord's process id is."""
    return settings().home / "run" / "supervisor.pid"


def log_path(name: str) -> Path:
    """The log of a process."""
    return settings().home / "log" / f"{name}.log"


def write() -> Path:
    """Write supervisord's configuration and return its path."""
    config = RawConfigParser()
    config.read_dict(_sections())
    path = settings().home / "run" / "supervisord.conf"
    with path.open("w") as file:
        config.write(file)
    path.chmod(0o600)
    return path


def _sections() -> dict[str, dict[str, str]]:
    found = {
        "unix_http_server": {"file": _quote(socket_path()), "chmod": "0700"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "supervisord": _supervisord(),
    }
    for priority, (group, members) in enumerate(((SERVERS, servers()), (APP, processes()))):
        if members:
            names = ",".join(member.name for member in members)
            found[f"group:{group}"] = {"programs": names, "priority": str(priority)}
        found |= {f"program:{member.name}": _program(member, group) for member in members}
    return found


def _supervisord() -> dict[str, str]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    found = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": _quote(log_path("supervisor")),
        "logfile_maxbytes": LOG_BYTES,
        "logfile_backups": LOG_BACKUPS,
        "pidfile": _quote(pid_path()),
        "minfds": str(DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)),
        "minprocs": "1",
        "umask": "077",
    }
    return found | ({"user": "root"} if os.geteuid() == 0 else {})


def _program(member: Process, group: str) -> dict[str, str]:
    app_wait, servers_wait = waits(settings().grace_seconds)
    return {
        "command": _quote(shlex.join(member.command)),
        "autostart": "true" if group == SERVERS else "false",
        "autorestart": "true",
        # Patient (supervisord.py) spaces the starts, so nothing needs to count as "too quick".
        "startsecs": "0",
        "stopsignal": member.stop_signal,
        # Celery's parent drains its children itself: only what overstays is killed with all its group.
        "stopasgroup": "false",
        "killasgroup": "true",
        "stopwaitsecs": str(app_wait if group == APP else servers_wait),
        "redirect_stderr": "true",
        "stdout_logfile": _quote(log_path(member.name)),
        "stdout_logfile_maxbytes": LOG_BYTES,
        "stdout_logfile_backups": LOG_BACKUPS,
    }


def waits(grace: float) -> tuple[int, int]:
    """Seconds after which a process of the app, and then a server, is killed: past the grace, within ten in all."""
    app = math.ceil(grace + 0.5)
    return app, max(SERVERS_WAIT, math.floor(ALL_OVER - app))


def _quote(value: object) -> str:
    """supervisord expands `%(name)s`."""
    return str(value).replace("%", "%%")
