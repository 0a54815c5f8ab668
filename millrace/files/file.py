"""A file: what its row says."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from millrace import crypto
from millrace.crypto.fields import FILE_HASH, FILENAME

#: What its identifier begins with outside (millrace/ids.py).
PREFIX = "file"

COLUMNS = "id, tenant, purpose, filename, bytes, created_at, expires_at, blob, key, sha256"

#: Of which files there are for anybody. Expired ones are gone before the sweep has taken them.
THERE = "state = 'ready' AND (expires_at IS NULL OR expires_at > clock_timestamp())"


class Purpose(StrEnum):
    """What a file is for, in OpenAI's words."""

    batch = "batch"
    #: Written by batches, never uploaded.
    batch_output = "batch_output"
    user_data = "user_data"


@dataclass(frozen=True, slots=True)
class By:
    """Who made a file."""

    key: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that is ready. `bytes` are those of its content in clear."""

    id: str
    tenant: str
    purpose: str
    filename: str
    bytes: int
    created_at: datetime
    expires_at: datetime | None
    blob: str
    #: Sealed, as in the row.
    key: str = field(repr=False)
    hash: str = field(repr=False)

    @property
    def sha256(self) -> str:
        """Of its content in clear, in hex. Raises Unreadable."""
        return crypto.unseal(self.hash, FILE_HASH.of(self.id))


def of_row(row: tuple[Any, ...]) -> File:
    """COLUMNS of one row. Raises Unreadable."""
    id, tenant, purpose, filename, *rest = row
    return File(id, tenant, purpose, crypto.unseal(filename, FILENAME.of(id)), *rest)
