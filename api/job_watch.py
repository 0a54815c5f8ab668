"""Watching a job over Socket.IO: its events, `event {job, seq, type, data}`."""

from collections.abc import Iterator

from api.subscriptions import Message
from millrace import ids
from millrace.jobs import forget
from millrace.jobs.find import Job
from millrace.streams.reader import Reader


class JobWatch:
    """From the event after `after` on."""

    def __init__(self, job: Job, after: int) -> None:
        self.subject = ids.show("job", job.id)
        self._job = job
        self._reader = Reader(job.tenant, job.id, after)
        self._before = after

    def messages(self) -> Iterator[Message | None]:
        for event in self._reader.follow():
            if event is None:
                yield None
                continue
            self._before = event.seq - 1
            yield "event", {"job": self.subject, "seq": event.seq, "type": event.type, "data": event.data}
        if self._reader.ended:
            forget.told(self._job)

    def lagged(self) -> Message:
        return "lagged", {"job": self.subject, "after": self._before}

    def stop(self) -> None:
        self._reader.stop()
