"""The SHA-256 of a model's file, written beside it when it came, looked at before the file is first loaded.

`NAME.gguf.sha256` is what `sha256sum -c` reads. A file that somebody put there by hand has none, and is taken as it is.
"""

import hashlib
from pathlib import Path
from typing import Literal


def record(file: Path, sha256: str) -> None:
    """Say what the file must be; before it gets its name, so that a kill in between leaves none unwatched."""
    part = sidecar(file).with_name(f".{file.name}.sha256.part")
    part.write_text(f"{sha256}  {file.name}\n", encoding="utf-8")
    part.replace(sidecar(file))


def recorded(file: Path) -> str | None:
    """What the file must be; None where nobody has said."""
    try:
        return sidecar(file).read_text(encoding="utf-8").partition(" ")[0].strip().lower() or None
    except (OSError, ValueError):
        return None


def verdict(file: Path) -> Literal["right", "wrong", "unknown"]:
    """Whether the file is what it must be. Raises OSError."""
    wanted = recorded(file)
    if wanted is None:
        return "unknown"
    return "right" if sha256(file) == wanted else "wrong"


def sha256(file: Path) -> str:
    """Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sidecar(file: Path) -> Path:
    """Where the hash of that file stands."""
    return file.with_name(file.name + ".sha256")
