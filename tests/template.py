"""What new installations begin with (a cluster, migrations, the admin's key): made once, then copied."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.machine import ROOT, Installation

#: What goes along.
PARTS = ("postgres", "master-key", "admin-key")

#: A process of a test is killed, never the machine: what the kernel has, Postgres finds again.
_NO_FSYNC = "fsync = off\n"


def begin(home: Path, prepare: Callable[[Installation], None]) -> None:
    """Give a new home what `prepare` does to a running installation's servers."""
    made = _made(prepare)
    for part in PARTS:
        subprocess.run(["cp", "-a", "--reflink=auto", str(made / part), str(home / part)], check=True)


def _made(prepare: Callable[[Installation], None]) -> Path:
    """Where it is; made by the first who asks since the product changed."""
    folder = Path(tempfile.gettempdir()) / f"millrace-template-{os.geteuid()}-{_version()}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _make(folder, prepare)
    return folder


def _make(folder: Path, prepare: Callable[[Installation], None]) -> None:
    half = Path(tempfile.mkdtemp(prefix="mr-"))
    installation = Installation(half)
    try:
        installation.start_servers()
        prepare(installation)
    finally:
        installation.stop()
    with (half / "postgres" / "postgresql.auto.conf").open("a") as conf:
        conf.write(_NO_FSYNC)
    # Postgres's user must get in, also when all this is root's.
    half.chmod(0o711)
    shutil.move(half, folder)


def _version() -> str:
    """Of everything that has a say in it."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "millrace").rglob("*")):
        if path.suffix in (".py", ".sql", ".toml"):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
