"""Blobs in a directory, of this machine or of a network: written beside their place, synced, and renamed into it."""

import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from millrace import aside
from millrace.blobs.blobs import PIECE, checked
from millrace.errors import BlobMissing, BlobsUnavailable
from millrace.telemetry import logger

log = logger(__name__)

#: What a put that has not ended is called after its key: no key has a dot.
HALF = ".half"


class Directory:
    """Each call of the system that may wait for a disk is made aside."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, pieces: Iterable[bytes]) -> int:
        path = self._path(key)
        half = path.with_name(f"{path.name}.{secrets.token_hex(4)}{HALF}")
        size = 0
        with _told():
            file = aside.run(_begin, half)
        try:
            for piece in pieces:
                size += len(piece)
                with _told():
                    aside.run(_write, file, piece)
            with _told():
                aside.run(_publish, file, half, path)
        except BaseException:
            with suppress(OSError):
                file.close()
                half.unlink(missing_ok=True)
            raise
        return size

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        with _told():
            file = aside.run(_open, self._path(key), start)
        with file:
            left = sys.maxsize if end is None else end - start
            while left > 0:
                # Made here, not by the thread of the system that fills it.
                piece = bytearray(min(PIECE, left))
                with _told():
                    got = aside.run(file.readinto, piece)
                if not got:
                    return
                left -= got
                yield bytes(memoryview(piece)[:got])

    def size(self, key: str) -> int:
        with _told():
            return aside.run(os.stat, self._path(key)).st_size

    def delete(self, key: str) -> None:
        with _told():
            aside.run(_remove, self._path(key))

    def _path(self, key: str) -> Path:
        return self._root / checked(key)


@contextmanager
def _told() -> Iterator[None]:
    """What the disk says, as the errors of a store."""
    try:
        yield
    except FileNotFoundError:
        raise BlobMissing from None
    except OSError as failure:
        log.error("the directory of blobs failed", error=failure.strerror)
        raise BlobsUnavailable from failure


def _begin(half: Path) -> FileIO:
    _make(half.parent)
    return FileIO(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w")


def _make(folder: Path) -> None:
    """A folder whose name is on the disk, and those above it."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _write(file: FileIO, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[file.write(view) :]


def _publish(file: FileIO, half: Path, path: Path) -> None:
    """The bytes, then the name, are on the disk when this returns."""
    os.fsync(file.fileno())
    file.close()
    half.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path, start: int) -> FileIO:
    file = FileIO(path)
    file.seek(start)
    return file


def _remove(path: Path) -> None:
    for half in path.parent.glob(f"{path.name}.*{HALF}"):
        half.unlink(missing_ok=True)
    path.unlink(missing_ok=True)
