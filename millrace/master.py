"""The installation's one secret, the master key: 32 bytes, of which every other secret is derived, or with which it is
encrypted. It comes from MASTER_KEY, or lies in MILLRACE_HOME where only the owner can read it."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from functools import lru_cache

from millrace.settings import settings

#: Bytes of the key.
SIZE = 32


class NoMasterKey(RuntimeError):
    """There is no master key: run `python -m millrace.migrations`, or set MASTER_KEY to 32 random bytes in base64."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@lru_cache
def keys() -> tuple[bytes, ...]:
    """The master key, and after it those it replaced, which only decrypt. Raises NoMasterKey."""
    given = settings().master_key or _written()
    if not given:
        raise NoMasterKey
    return tuple(_parse(part) for part in given.split(","))


def _written() -> str:
    path = settings().master_key_path
    return path.read_text().strip() if path.exists() else ""


def _parse(given: str) -> bytes:
    try:
        found = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != SIZE:
        raise ValueError(f"MASTER_KEY must be {SIZE} bytes in base64: try `openssl rand -base64 {SIZE}`")
    return found


def ensure() -> None:
    """Make the key, where none is set and none is written."""
    if settings().master_key or settings().master_key_path.exists():
        return
    write(secrets.token_bytes(SIZE))


def write(*newest_first: bytes) -> None:
    """Write the key, and those it replaces after it. Two writers at once: the first one's stays when none was there."""
    path = settings().master_key_path
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(",".join(base64.b64encode(key).decode() for key in newest_first) + "\n")
    if len(newest_first) == 1 and not path.exists():
        try:
            os.link(half, path)
        except FileExistsError:
            pass
        finally:
            half.unlink()
    else:
        half.rename(path)
    keys.cache_clear()


def derive(purpose: str) -> bytes:
    """32 bytes for one purpose, the same in every process.

    It comes of the oldest key, so that a rotation of the master key changes no password and no hash.
    """
    return hmac.digest(keys()[-1], f"millrace {purpose}".encode(), hashlib.sha256)
