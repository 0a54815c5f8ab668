"""Watching a batch: what it looks like, whenever that has changed, until it ends. SSE and Socket.IO both say this."""

import threading
from collections.abc import Iterator

from api.batches.answers import shown
from api.batches.shapes import BatchInfo
from api.subscriptions import Message
from millrace import ids
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.find import find

#: Seconds between two looks.
LOOK = 1.0


class BatchWatch:
    """Its messages over Socket.IO are `event {batch, type, data}`: `progress`, and last `ended`."""

    def __init__(self, batch: Batch) -> None:
        self.subject = ids.show(PREFIX, batch.id)
        self._batch = batch
        self._stopped = threading.Event()

    def changes(self) -> Iterator[tuple[str, BatchInfo] | None]:
        """(`progress` or `ended`, the batch); None for a look that found nothing new."""
        said, batch = None, self._batch
        while not self._stopped.is_set():
            now = shown(batch)
            yield None if now == said else ("ended" if batch.ended else "progress", now)
            if batch.ended:
                return
            said = now
            self._stopped.wait(LOOK)
            batch = find(batch.tenant, batch.id)

    def messages(self) -> Iterator[Message | None]:
        for change in self.changes():
            yield change and ("event", self._shape(*change))

    def _shape(self, type: str, batch: BatchInfo) -> dict[str, object]:
        return {"batch": self.subject, "type": type, "data": batch.model_dump(mode="json")}

    def lagged(self) -> Message:
        return "lagged", {"batch": self.subject}

    def stop(self) -> None:
        self._stopped.set()
