"""The installation's one secret, the master key: 32 bytes, with which data keys are encrypted, and of which every other
secret is derived. It comes from MASTER_KEY, or lies in MILLRACE_HOME where only the owner can read it.

Written as `key`, as `key,older` while a rotation is under way, and as `key:root` after one: the root is what secrets
are derived of. It is the first key's, so that passwords and hashes outlive that key, which cannot be told from it.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from millrace.settings import settings

#: Bytes of a key, and of the root.
SIZE = 32


class NoMasterKey(RuntimeError):
    """There is no master key: run `python -m millrace.migrations`, or set MASTER_KEY to 32 random bytes in base64."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Master(NamedTuple):
    """The key, after it those that it replaces, which only decrypt; and the root."""

    keys: tuple[bytes, ...]
    root: bytes

    def dump(self) -> str:
        """As `parse` reads it."""
        shown = ",".join(base64.b64encode(key).decode() for key in self.keys)
        own = self.root == _root_of(self.keys[-1])
        return shown if own else f"{shown}:{base64.b64encode(self.root).decode()}"


def parse(given: str) -> Master:
    """Raises ValueError, which does not show what was given."""
    listed, _, root = given.partition(":")
    keys = tuple(_bytes(part) for part in listed.split(","))
    return Master(keys, _bytes(root) if root else _root_of(keys[-1]))


def _bytes(given: str) -> bytes:
    try:
        found = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != SIZE:
        raise ValueError(f"MASTER_KEY must be {SIZE} bytes in base64: try `openssl rand -base64 {SIZE}`")
    return found


def _root_of(key: bytes) -> bytes:
    return hmac.digest(key, b"millrace root", hashlib.sha256)


@lru_cache
def master() -> Master:
    """What this process goes by. Raises NoMasterKey."""
    given = settings().master_key or _written()
    if not given:
        raise NoMasterKey
    return parse(given)


def reload() -> None:
    """Look into the file again: a rotation may have written it since."""
    master.cache_clear()


def derive(purpose: str) -> bytes:
    """32 bytes for one purpose, the same in every process, and after every rotation. Raises NoMasterKey."""
    return hmac.digest(master().root, f"millrace {purpose}".encode(), hashlib.sha256)


def _written() -> str:
    path = settings().master_key_path
    return path.read_text().strip() if path.exists() else ""


def ensure() -> None:
    """Make the key, where none is set and none is written. Two at once: the first one's stays."""
    path = settings().master_key_path
    if settings().master_key or path.exists():
        return
    key = secrets.token_bytes(SIZE)
    half = _half(Master((key,), _root_of(key)))
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink()
    reload()


def write(wanted: Master) -> None:
    """Put this in the file's place, whole, and on the disk before anything is encrypted with it."""
    _half(wanted).rename(settings().master_key_path)
    folder = os.open(settings().master_key_path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    reload()


def _half(wanted: Master) -> Path:
    path = settings().master_key_path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the pid: containers that share a volume may share that, too.
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(wanted.dump() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return half
