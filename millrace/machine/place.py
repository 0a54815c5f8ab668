"""Where an installation lives: its home, its sockets, and who may touch them."""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

from millrace.settings import settings

#: Postgres refuses to run as root; then it runs as this system user, made on first use.
SERVER_USER = "millrace"

#: How the tools of different systems are asked for such a user; the first that works will do.
ADD_USER = (
    ("useradd", "--system", "--no-create-home", "--user-group", "--shell", "/bin/false", SERVER_USER),
    ("adduser", "-S", "-D", "-H", "-s", "/bin/false", SERVER_USER),
)


class Unfit(Exception):
    """This machine cannot run Millrace as it is; the message says what to do."""


def prepare() -> None:
    """Make the directories of this installation; safe to call again."""
    home = settings().home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("run", "log", "models"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    _prepare_sockets(settings().sockets)


def _prepare_sockets(path: Path) -> None:
    """Whoever reaches the sockets reaches the data, so the directory is the servers' user's and nobody else's."""
    user = server_user()
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), user.pw_uid if user else os.geteuid()}:
        raise Unfit(f"{path} belongs to somebody else: remove it, or choose another MILLRACE_HOME")
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o700)


def server_user() -> pwd.struct_passwd | None:
    """The user that Postgres runs as when we are root, else None."""
    if os.geteuid() != 0:
        return None
    # Postgres and Redis start together: one of them makes the user, the other one waits and finds it.
    with Path("/etc/passwd").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _find_user() or _add_user()


def _find_user() -> pwd.struct_passwd | None:
    with suppress(KeyError):
        return pwd.getpwnam(SERVER_USER)
    return None


def _add_user() -> pwd.struct_passwd:
    for command in ADD_USER:
        if shutil.which(command[0]):
            subprocess.run(command, capture_output=True, check=False)
        if user := _find_user():
            return user
    raise Unfit(f"Postgres refuses to run as root: add a system user named {SERVER_USER}, or start as an ordinary user")


def let_in(path: Path) -> None:
    """Let the servers' user pass through the directories above a path: pass, not list."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def become(user: pwd.struct_passwd | None) -> None:
    """Drop root's privileges for good."""
    if user:
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
