"""Fetching one pinned file: it resumes where it broke off, and nothing but the right bytes gets its name."""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from millrace.settings import settings

#: Bytes read at a time.
CHUNK = 1 << 18

#: Seconds of silence after which a download counts as broken.
SILENCE = 30

#: Called with the bytes there are and the bytes there will be, which is 0 while unknown.
Progress = Callable[[int, int], None]


class FetchError(Exception):
    """The file could not be had; the message says why. What came of it is kept, and the next try goes on from there."""


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
    """Put the file at `target`, or raise FetchError."""
    if not pinned.sha256:
        raise FetchError("SAMPLE_MODEL_URL needs SAMPLE_MODEL_SHA256: a file whose hash nobody knows is not run")
    part = target.with_name(target.name + ".part")
    try:
        _download(pinned, part, progress)
    except (HTTPError, URLError, OSError) as failure:
        raise FetchError(f"{pinned.url}: {failure}") from failure
    if _hash(part) != pinned.sha256:
        part.unlink()
        raise FetchError(f"{pinned.url} is not the file it should be (its SHA-256 differs); it was thrown away")
    part.replace(target)


def _download(pinned: Pinned, part: Path, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    try:
        _append(pinned, part, have, progress)
    except HTTPError as failure:
        # Nothing is left to send: the last try got it all, or more than there is. The hash will tell.
        if failure.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise


def _append(pinned: Pinned, part: Path, have: int, progress: Progress) -> None:
    request = Request(pinned.url, headers={"Range": f"bytes={have}-"} if have else {})
    with urlopen(request, timeout=SILENCE) as reply:
        if reply.status != HTTPStatus.PARTIAL_CONTENT:
            have = 0
        total = have + int(reply.headers.get("Content-Length") or 0)
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            while chunk := reply.read(CHUNK):
                file.write(chunk)
                progress(file.tell(), total)
            got = file.tell()
    if got < total:
        raise FetchError(f"{pinned.url}: the connection broke at {got:,} of {total:,} bytes; start again to go on")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
