"""Encrypting what is too large to hold: chunks of 64 KiB, each sealed by itself, so that any range can be read alone.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, 2015), as age has it: a key of its own for each file, and as nonce the chunk's number and whether it
is the last. So nothing can be cut off, added, reordered or taken from another file unseen (docs/adr/0025).
"""

import secrets
from collections.abc import Callable, Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from millrace import aside
from millrace.errors import Unreadable
from millrace.pieces import recut

#: Bytes of a chunk in clear, of what sealing adds, and of a sealed chunk.
CLEAR, TAG = 1 << 16, 16
SEALED = CLEAR + TAG

#: Chunks that are sealed or opened in one go, and held in memory.
AT_ONCE = 16

#: What a framed blob begins with: the format, and the size of its chunks. Authenticated with each of them.
HEADER = b"mrf1" + CLEAR.to_bytes(4, "big")


def new_key() -> bytes:
    """A key for one file and no other: its nonces begin at 0."""
    return secrets.token_bytes(32)


class Frame:
    """One file's key, bound to what it is and whose (`context`, the same for both directions)."""

    def __init__(self, key: bytes, context: str) -> None:
        self._cipher = AESGCM(key)
        self._bound = HEADER + context.encode()

    def seal(self, pieces: Iterable[bytes], seen: Callable[[bytes], None]) -> Iterator[bytes]:
        """The blob of these bytes, a block at a time. `seen` is told each block in clear, in order, aside."""
        yield HEADER
        number = 0
        for block, last in recut(pieces, AT_ONCE * CLEAR):
            # Made here: what threads of the system make, stays theirs, and there are many.
            sealed = bytearray(len(block) + chunks_of(len(block)) * TAG)
            aside.run(self._seal, number, block, last, seen, sealed)
            yield bytes(sealed)
            number += AT_ONCE

    def open(self, read: Callable[[int, int], Iterable[bytes]], size: int, start: int, end: int) -> Iterator[bytes]:
        """The bytes in clear from `start` up to `end` of a file of this size; `read(from, to)` reads its blob.

        Raises Unreadable: changed, cut off, put together anew, or of another file.
        """
        if start >= end and size:
            return
        number, ending = start // CLEAR, chunks_of(end)
        skipped, left = start - number * CLEAR, end - start
        for block, last in recut(read(_place(number), _place(ending)), AT_ONCE * SEALED):
            clear = bytearray(max(0, len(block) - -(-len(block) // SEALED) * TAG))
            aside.run(self._open, number, block, last and ending == chunks_of(size), clear)
            piece = bytes(clear[skipped : skipped + left])
            number, skipped, left = number + AT_ONCE, 0, left - len(piece)
            yield piece
        if left:
            raise Unreadable

    def _seal(self, number: int, block: bytes, last: bool, seen: Callable[[bytes], None], into: bytearray) -> None:
        seen(block)
        for nonce, clear, sealed in _numbered(number, block, into, last):
            self._cipher.encrypt_into(nonce, clear, self._bound, sealed)

    def _open(self, number: int, block: bytes, last: bool, into: bytearray) -> None:
        try:
            for nonce, clear, sealed in _numbered(number, into, block, last):
                self._cipher.decrypt_into(nonce, sealed, self._bound, clear)
        except (InvalidTag, ValueError):
            raise Unreadable from None


def chunks_of(size: int) -> int:
    """How many chunks so many bytes have. An empty file has one, empty, too."""
    return max(1, -(-size // CLEAR))


def _place(number: int) -> int:
    """Where in its blob a chunk begins."""
    return len(HEADER) + number * SEALED


def _numbered(
    number: int, clear: bytes | bytearray, sealed: bytes | bytearray, last: bool
) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """The chunks of a block, both ways, each with its nonce: 11 bytes of number, and one that marks the file's last."""
    of_clear, of_sealed = memoryview(clear), memoryview(sealed)
    chunks = max(1, -(-len(sealed) // SEALED))
    for at in range(chunks):
        mark = b"\x01" if last and at == chunks - 1 else b"\x00"
        parts = of_clear[at * CLEAR : (at + 1) * CLEAR], of_sealed[at * SEALED : (at + 1) * SEALED]
        yield (number + at).to_bytes(11, "big") + mark, *parts
