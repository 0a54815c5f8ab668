"""The model files that can be had by name: each is pinned by its address and its SHA-256."""

import re
import tomllib
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from millrace.machine.fetch import Pinned, sample_model

#: A model's name that is a file's name everywhere.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,150}")

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Unpinned(Exception):
    """No file can be meant; the message says why."""


def pinned_files() -> dict[str, Pinned]:
    """By name: the one that `millrace up` offers, and those of pins.toml."""
    listed = tomllib.loads(Path(__file__).with_name("pins.toml").read_text(encoding="utf-8"))["files"]
    found = [sample_model(), *(Pinned(**one) for one in listed)]
    return {one.name: one for one in found}


def of_url(url: str, sha256: str) -> Pinned:
    """The file at an address, named after the end of it. Raises Unpinned."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name.removesuffix(".gguf")
    if not NAME.fullmatch(name):
        raise Unpinned(f"{url} does not end in a file's name")
    if not _SHA256.fullmatch(sha256.lower()):
        raise Unpinned("a file from an address needs its SHA-256, 64 hexadecimal digits: --sha256")
    return Pinned(name, url, sha256.lower())
