"""What a store of blobs does, whichever it is. `tests/unit/blobs/test_contract.py` holds each of them to it."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

#: Bytes that are read, and kept in memory, at a time.
PIECE = 1 << 20

#: Keys are ours: nothing in them can leave a directory.
_KEY = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")


class Blobs(Protocol):
    """Each method raises BlobsUnavailable when the store does not answer, or is full."""

    def put(self, key: str, pieces: Iterable[bytes]) -> int:
        """Keep these under the key, in the place of what was there; the bytes there were.

        When it returns they are durable. Until then, and when `pieces` raises, there is nothing new under the key.
        """

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start`, which the blob must have, up to `end`, a piece at a time.

        Raises BlobMissing at the first of them.
        """

    def size(self, key: str) -> int:
        """Raises BlobMissing."""

    def delete(self, key: str) -> None:
        """The blob, and what is left of puts that did not end. Nothing there is no error."""


def checked(key: str) -> str:
    """The key. Raises ValueError for one that nobody but an attacker can have made."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key of a blob: {key!r}")
    return key
