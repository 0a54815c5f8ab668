"""How much a tenant may upload. What batches write is not held to it: work that is done must have a place."""

from dataclasses import dataclass
from typing import NoReturn

from millrace.errors import FileTooLarge, RateLimited, StorageFull
from millrace.settings import settings

#: Uploads of one tenant at a time.
UPLOADS = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file and of all of a tenant's, and its uploads at a time. None is no limit."""

    file: int | None = None
    stored: int | None = None
    uploads: int | None = None

    def check(self, size: int) -> None:
        """Raises FileTooLarge for a file of so many bytes."""
        if self.file is not None and size > self.file:
            raise FileTooLarge(f"A file may have {self.file} bytes. Split it.", param="file")

    def refuse(self, stored: int, announced: int) -> NoReturn:
        """Why an upload was not begun, with so many bytes stored already. Raises StorageFull, RateLimited."""
        if self.stored is not None and stored + announced > self.stored:
            raise self.full()
        raise RateLimited(f"Your tenant uploads {self.uploads} files already. Send this one after them.", retry_after=5)

    def full(self) -> StorageFull:
        return StorageFull(
            f"Your tenant may store {self.stored} bytes, and this file would be too much. Delete some, or ask your "
            "administrator for more.",
            param="file",
        )


def of_uploads() -> Limits:
    """As the settings have it."""
    return Limits(settings().max_file_bytes, settings().max_stored_bytes or None, UPLOADS)
