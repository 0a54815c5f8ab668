"""Reading a file: in clear, any range of it, a piece at a time."""

import base64
from collections.abc import Iterator
from functools import partial

from millrace import blobs, crypto
from millrace.crypto.fields import FILE_KEY
from millrace.crypto.framing import Frame
from millrace.files.file import File


def read(file: File, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` up to `end` (its own end), a megabyte at a time, so that memory stays flat.

    Raises, at any of them, Unreadable (BlobMissing where it is gone) and BlobsUnavailable.
    """
    key = base64.b64decode(crypto.unseal(file.key, FILE_KEY.of(file.id)))
    stop = file.bytes if end is None else min(end, file.bytes)
    sealed = partial(blobs.store().read, file.blob)
    return Frame(key, FILE_KEY.of(file.id)).open(sealed, file.bytes, min(start, stop), stop)
