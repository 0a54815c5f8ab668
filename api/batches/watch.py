"""Watching a batch: what it looks like, whenever that has changed, until it ends. SSE and Socket.IO both say this."""

import threading
from collections.abc import Iterator

from api.batches.answers import shown
from api.batches.shapes import BatchInfo
from api.subscriptions import Message
from millrace import ids
from millrace.batches.batch import ENDED, PREFIX, Batch
from millrace.batches.find import find
from millrace.errors import DatabaseUnavailable

#: Seconds between two looks.
LOOK = 1.0


class BatchWatch:
    """Its messages over Socket.IO are `event {batch, type, data}`: `progress`, and last `ended`."""

    def __init__(self, batch: Batch) -> None:
        self.subject = ids.show(PREFIX, batch.id)
        self._tenant, self._id = batch.tenant, batch.id
        self._stopped = threading.Event()

    def changes(self) -> Iterator[tuple[str, BatchInfo] | None]:
        """(`progress` or `ended`, the batch); None for a look that found nothing new, or no database."""
        said = None
        while not self._stopped.is_set():
            now = self._look()
            if now is None or now == said:
                yield None
            else:
                said, ended = now, now.status in ENDED
                yield "ended" if ended else "progress", now
                if ended:
                    return
            self._stopped.wait(LOOK)

    def _look(self) -> BatchInfo | None:
        try:
            return shown(find(self._tenant, self._id))
        except DatabaseUnavailable:
            return None

    def messages(self) -> Iterator[Message | None]:
        for change in self.changes():
            yield change and ("event", self._shape(*change))

    def _shape(self, type: str, batch: BatchInfo) -> dict[str, object]:
        return {"batch": self.subject, "type": type, "data": batch.model_dump(mode="json")}

    def lagged(self) -> Message:
        return "lagged", {"batch": self.subject}

    def stop(self) -> None:
        self._stopped.set()
