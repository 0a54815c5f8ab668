"""Fetching one pinned file: it resumes where it broke off, and nothing but the right bytes gets its name."""

import fcntl
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from millrace.machine.models import hashes
from millrace.settings import settings

#: Bytes read at a time.
CHUNK = 1 << 18

#: Seconds of silence after which a download counts as broken.
SILENCE = 30

#: Called with the bytes there are and the bytes there will be, which is 0 while unknown.
Progress = Callable[[int, int], None]


class FetchError(Exception):
    """The file could not be had; the message says why. What came of it is kept, and the next try goes on from there."""


class Busy(FetchError):
    """Somebody else fetches it at this moment."""


@dataclass(frozen=True)
class Pinned:
    """A file, where it is, and what it must be."""

    name: str
    url: str
    sha256: str
    bytes: int = 0


def sample_model() -> Pinned:
    """The model to offer: the one that the settings name, else the pinned one."""
    own = settings()
    if own.sample_model_url:
        return Pinned(Path(own.sample_model_url).stem, own.sample_model_url, own.sample_model_sha256.lower())
    return Pinned(**tomllib.loads(Path(__file__).with_name("sample_model.toml").read_text()))


def fetch(pinned: Pinned, target: Path, progress: Progress = lambda _have, _all: None) -> None:
    """Put the file at `target`, and its hash beside it; or raise FetchError."""
    for have, total in fetching(pinned, target):
        progress(have, total)


def fetching(pinned: Pinned, target: Path) -> Iterator[tuple[int, int]]:
    """The same, step by step: the bytes there are, and the bytes there will be, which is 0 while unknown.

    Whoever stops in the middle keeps what came. Raises FetchError.
    """
    if not pinned.sha256:
        raise FetchError("SAMPLE_MODEL_URL needs SAMPLE_MODEL_SHA256: a file whose hash nobody knows is not run")
    if not pinned.url.startswith(("http://", "https://")):
        raise FetchError(f"{pinned.url} is no http:// or https:// address")
    part = target.with_name(target.name + ".part")
    try:
        with _alone(part) as file:
            yield from _download(pinned, file)
            _check(pinned, part)
            hashes.record(target, pinned.sha256)
            part.replace(target)
    except (HTTPError, URLError, OSError, HTTPException, ValueError) as failure:
        raise FetchError(f"{pinned.url}: {failure}") from failure


@contextmanager
def _alone(part: Path) -> Iterator[BinaryIO]:
    """The half of a file, for us alone: two that append to it would spoil it."""
    with part.open("ab") as lock, part.open("r+b") as file:
        if not _locked(lock, part):
            raise Busy(f"{part} is being fetched by another process")
        try:
            yield file
        finally:
            if _is_still(part, lock) and not part.stat().st_size:
                part.unlink()


def _locked(lock: BinaryIO, part: Path) -> bool:
    """Not where another has it; nor where it got its name, and is a model now, before we had the lock."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return _is_still(part, lock)


def _is_still(part: Path, opened: BinaryIO) -> bool:
    try:
        return os.path.samestat(os.fstat(opened.fileno()), part.stat())
    except FileNotFoundError:
        return False


def _check(pinned: Pinned, part: Path) -> None:
    if hashes.sha256(part) != pinned.sha256:
        part.unlink()
        raise FetchError(f"{pinned.url} is not the file it should be (its SHA-256 differs); it was thrown away")


def _download(pinned: Pinned, file: BinaryIO) -> Iterator[tuple[int, int]]:
    have = file.seek(0, SEEK_END)
    try:
        yield from _append(pinned, file, have)
    except HTTPError as failure:
        # Nothing is left to send: the last try got it all, or more than there is. The hash will tell.
        if failure.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise


def _append(pinned: Pinned, file: BinaryIO, have: int) -> Iterator[tuple[int, int]]:
    request = Request(pinned.url, headers={"Range": f"bytes={have}-"} if have else {})
    with urlopen(request, timeout=SILENCE) as reply:
        if reply.status != HTTPStatus.PARTIAL_CONTENT:
            have = 0
        total = have + int(reply.headers.get("Content-Length") or 0)
        file.seek(have)
        file.truncate()
        yield have, total
        while chunk := reply.read(CHUNK):
            file.write(chunk)
            yield file.tell(), total
            if pinned.bytes and file.tell() > pinned.bytes:
                break
        file.flush()
        got = file.tell()
    if got < total:
        raise FetchError(f"{pinned.url}: the connection broke at {got:,} of {total:,} bytes; start again to go on")
