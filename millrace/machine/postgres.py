"""The embedded Postgres: `python -m millrace.machine.postgres` makes its cluster once, then becomes the server."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from millrace.machine import cluster
from millrace.machine.binaries import postgres_bin
from millrace.machine.place import Unfit, become, let_in, prepare, server_user
from millrace.settings import settings

#: Seconds that the children of a postmaster that was killed get to notice it.
ORPHAN_PATIENCE = 3.0


def main() -> None:
    """Prepare what is missing, then become the server."""
    folder = postgres_bin()
    prepare()
    user = server_user()
    if user:
        let_in(cluster.data())
        _let_run(folder)
    cluster.make()
    clear_remains()
    become(user)
    os.chdir(cluster.data())
    # The whole path, because Postgres looks for its own files beside the name it was called by.
    os.execv(folder / "postgres", [str(folder / "postgres"), "-D", str(cluster.data())])


def _let_run(folder: Path) -> None:
    """A umask of 077 at install time would keep the servers' user from the programs."""
    let_in(folder / "postgres")
    if not (folder / "postgres").stat().st_mode & 0o001:
        subprocess.run(["chmod", "-R", "o+rX", str(folder.parent)], check=True)


def clear_remains() -> None:
    """Deal with what a killed server left: orphans that hold its memory, and a pid that may be another's by now."""
    if running():
        raise Unfit(f"The Postgres of {settings().home} runs already")
    _, alive = psutil.wait_procs(members(), timeout=ORPHAN_PATIENCE)
    for orphan in alive:
        with suppress(psutil.Error):
            orphan.kill()
    psutil.wait_procs(alive, timeout=ORPHAN_PATIENCE)
    for lock in (cluster.data() / "postmaster.pid", settings().sockets / ".s.PGSQL.5432.lock"):
        lock.unlink(missing_ok=True)


def running() -> psutil.Process | None:
    """The server of this installation, if it runs."""
    try:
        first = (cluster.data() / "postmaster.pid").read_text().split("\n", 1)[0]
        found = psutil.Process(int(first))
        return found if _is_member(found) else None
    except (OSError, ValueError, psutil.Error):
        return None


def members() -> list[psutil.Process]:
    """Every process of this installation's server: each works in the cluster's directory."""
    return [found for found in psutil.process_iter() if _is_member(found)]


def _is_member(found: psutil.Process) -> bool:
    with suppress(psutil.Error, OSError):
        return found.name().startswith("postgres") and Path(found.cwd()) == cluster.data()
    return False


def wait_until_ready(seconds: float) -> bool:
    """True when the server answers within so many seconds."""
    command = [str(postgres_bin() / "pg_isready"), "-q", "-h", str(settings().sockets)]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if subprocess.run(command, check=False).returncode == 0:
            return True
        time.sleep(0.05)
    return False


if __name__ == "__main__":
    try:
        main()
    except Unfit as unfit:
        sys.exit(str(unfit))
