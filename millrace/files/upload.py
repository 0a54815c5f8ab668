"""Storing a file. Its row comes first, with a lease; it is there for others in one fenced update, after the blob is.

Dies the process in between, the sweep takes what it left. A lease that is over is no harm by itself: only the sweep
ends an upload, and then the update finds no row.
"""

import base64
import hashlib
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Self

from millrace import blobs, crypto, db, ids
from millrace.crypto import framing
from millrace.crypto.fields import FILE_HASH, FILE_KEY, FILENAME
from millrace.errors import BlobMissing, DatabaseUnavailable, MillraceError, UploadLost
from millrace.files import names
from millrace.files.file import By, File, Purpose
from millrace.files.limits import Limits
from millrace.settings import settings
from millrace.telemetry import logger

log = logger(__name__)

#: Leases of a process that an upload's lasts, and renewals between two of its own: clients may be slow.
LEASES, RENEWALS = 4, 2

#: How long files live that were not told to.
LIVES = {Purpose.batch: timedelta(days=30)}

_BEGIN = "SELECT stored, begun FROM begin_file(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

_RENEW = """
UPDATE files SET sweep_at = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND tenant = %s AND state = 'uploading' RETURNING 1
"""

_FINISH = "SELECT * FROM finish_file(%s, %s, %s, %s, %s, %s, %s, %s)"

_ABANDON = """
UPDATE files SET state = 'deleted', key = '', deleted_at = clock_timestamp(), sweep_at = clock_timestamp()
WHERE id = %s AND tenant = %s AND state = 'uploading'
"""


def store(
    tenant: str,
    purpose: str,
    filename: str,
    chunks: Iterable[bytes],
    *,
    expires_after: timedelta | None,
    by: By,
) -> File:
    """Write a file and make it ready, within no limits. `expires_after` None: as its purpose has it.

    `chunks` may raise: then there is no file. They may not pause for two minutes, an upload's lease. Raises
    BlobsUnavailable, DatabaseUnavailable, UploadLost.
    """
    with Upload(tenant, by) as upload:
        upload.begin()
        upload.write(chunks)
        return upload.finish(purpose, filename, expires_after)


class Upload:
    """One file on its way, for who learns of its name and purpose late. Leaving the block unfinished abandons it."""

    def __init__(self, tenant: str, by: By, limits: Limits | None = None) -> None:
        self.id = ids.new()
        self._tenant, self._by, self._limits = tenant, by, limits or Limits()
        # By the last, random digits: a directory of all would be too long.
        self._blob = f"files/{self.id[-2:]}/{self.id}"
        self._key = framing.new_key()
        self._sealed_key = crypto.seal(base64.b64encode(self._key).decode(), FILE_KEY.of(self.id))
        self._hash, self._size = hashlib.sha256(), 0
        self._under_way = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._under_way:
            self._abandon()

    def begin(self, announced: int = 0) -> None:
        """Make its row. Raises StorageFull, RateLimited, by what is announced: bytes, at the least."""
        self._limits.check(announced)
        whose = (self._tenant, self.id, self._sealed_key, self._blob, self._by.key, self._by.user)
        limits = (announced, self._limits.stored, self._limits.uploads)
        stored, self._under_way = db.call(_BEGIN, (*whose, _lease(), *limits), tenants=[self._tenant])[0]
        if not self._under_way:
            self._limits.refuse(stored, announced)

    def write(self, chunks: Iterable[bytes]) -> int:
        """Store its content, all of it; how many bytes that was. Raises FileTooLarge, as soon as it is."""
        sealed = framing.Frame(self._key, FILE_KEY.of(self.id)).seal(self._kept_up(chunks), self._see)
        try:
            blobs.store().put(self._blob, sealed)
        except BlobMissing:
            # The sweep took it from under our hands.
            raise UploadLost from None
        return self._size

    def finish(self, purpose: str, filename: str, expires_after: timedelta | None) -> File:
        """Make it ready. Raises StorageFull, UploadLost."""
        life = expires_after or LIVES.get(Purpose(purpose))
        name = names.clean(filename)
        hash = crypto.seal(self._hash.hexdigest(), FILE_HASH.of(self.id))
        given = (purpose, crypto.seal(name, FILENAME.of(self.id)), self._size, hash, life and life.total_seconds())
        rows = db.call(_FINISH, (self._tenant, self.id, *given, self._limits.stored), tenants=[self._tenant])
        if not rows:
            raise UploadLost
        full, created, expires = rows[0]
        if full:
            raise self._limits.full()
        self._under_way = False
        said = (purpose, name, self._size, created, expires, self._blob, self._sealed_key, hash)
        return File(self.id, self._tenant, *said)

    def _see(self, block: bytes) -> None:
        self._hash.update(block)
        self._size += len(block)

    def _kept_up(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, while the lease is renewed and the limit is kept."""
        size, renewed = 0, time.monotonic()
        for chunk in chunks:
            size += len(chunk)
            self._limits.check(size)
            if time.monotonic() - renewed > settings().renew_seconds * RENEWALS:
                renewed = self._renew(renewed)
            yield chunk

    def _renew(self, before: float) -> float:
        """When it was renewed last. Raises UploadLost, and DatabaseUnavailable once that has lasted for the lease."""
        try:
            if not db.call(_RENEW, (_lease(), self.id, self._tenant), tenants=[self._tenant]):
                raise UploadLost
        except DatabaseUnavailable:
            if time.monotonic() - before > _lease():
                raise
            return before
        return time.monotonic()

    def _abandon(self) -> None:
        """Nothing of it is kept. What cannot be told now is left to the sweep."""
        try:
            db.call(_ABANDON, (self.id, self._tenant), tenants=[self._tenant])
        except MillraceError as failure:
            log.warning("an upload is left to the sweep", file=self.id, code=failure.code)


def _lease() -> float:
    return settings().lease_seconds * LEASES
