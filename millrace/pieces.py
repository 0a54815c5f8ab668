"""Bytes that come in pieces, cut anew."""

from collections.abc import Iterable, Iterator


def recut(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in blocks of this size, each with whether it is the last, which alone may be shorter, or empty."""
    kept = bytearray()
    for piece in pieces:
        kept += piece
        while len(kept) > size:
            with memoryview(kept) as view:
                block = bytes(view[:size])
            del kept[:size]
            yield block, False
    yield bytes(kept), True
