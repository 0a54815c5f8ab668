"""The lines that never became jobs, because their batch was cancelled or its window was over first: they are in its
file alone."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid5

from millrace import files
from millrace.batches import rows
from millrace.batches.batch import Batch
from millrace.batches.request import Request, read
from millrace.errors import NotFound, Unreadable


@dataclass(frozen=True, slots=True)
class Left:
    """A line by its number from 1; `id` is the same whenever it is asked."""

    id: str
    line: int
    request: Request


def left(batch: Batch) -> Iterator[Left]:
    """In the order of the file; none where it cannot be read any more. Raises BlobsUnavailable, DatabaseUnavailable."""
    if batch.inserted >= batch.total:
        return
    with suppress(NotFound, Unreadable):
        file = files.find(batch.tenant, batch.input_file)
        unread = rows.of(batch, file, batch.next_number, batch.next_offset)
        for line, (_, _, raw) in enumerate(unread, batch.inserted + 1):
            if isinstance(raw, bytes):
                id = str(uuid5(UUID(batch.id), str(line)))
                yield Left(id, line, read(raw, batch.endpoint))
