"""What each Socket.IO client watches: a reader a job, which stops when nobody wants it, or when it is too slow."""

import threading
from collections import defaultdict

from flask_socketio import SocketIO

from millrace import ids
from millrace.errors import InvalidField
from millrace.jobs import forget
from millrace.jobs.find import Job
from millrace.streams.events import Event
from millrace.streams.reader import Reader

#: Jobs one client may watch, and packets it may leave unread.
JOBS, UNREAD = 200, 500


class Subscriptions:
    """Readers by client and job."""

    def __init__(self, server: SocketIO) -> None:
        self._server = server
        self._readers: dict[str, dict[str, Reader]] = defaultdict(dict)
        self._lock = threading.Lock()

    def add(self, sid: str, watched: Job, after: int) -> None:
        """Watch a job from a cursor on; an earlier subscription to it ends. Raises InvalidField."""
        job, reader = watched.id, Reader(watched.tenant, watched.id, after)
        with self._lock:
            own = self._readers[sid]
            if len(own) >= JOBS and job not in own:
                raise InvalidField(f"You may watch {JOBS} jobs on one connection: unsubscribe from some.", param="job")
            earlier = own.get(job)
            own[job] = reader
        if earlier is not None:
            earlier.stop()
        self._server.start_background_task(self._pump, sid, reader, watched)

    def remove(self, sid: str, job: str) -> None:
        with self._lock:
            reader = self._readers[sid].pop(job, None)
        if reader is not None:
            reader.stop()

    def drop(self, sid: str) -> None:
        """The client is gone."""
        with self._lock:
            readers = self._readers.pop(sid, {})
        for reader in readers.values():
            reader.stop()

    def _pump(self, sid: str, reader: Reader, watched: Job) -> None:
        try:
            for event in reader.follow():
                if event is None:
                    continue
                if self._lags(sid):
                    self._server.emit("lagged", {"job": ids.show("job", reader.job), "after": event.seq - 1}, to=sid)
                    return
                self._emit(sid, reader.job, event)
            if reader.ended:
                forget.told(watched)
        finally:
            self._forget(sid, reader)

    def _emit(self, sid: str, job: str, event: Event) -> None:
        shape = {"job": ids.show("job", job), "seq": event.seq, "type": event.type, "data": event.data}
        self._server.emit("event", shape, to=sid)

    def _forget(self, sid: str, reader: Reader) -> None:
        with self._lock:
            own = self._readers.get(sid)
            if own is not None and own.get(reader.job) is reader:
                del own[reader.job]

    def _lags(self, sid: str) -> bool:
        """True when the client has left too much unread: engineio's own queue has no limit."""
        engine = self._server.server
        session = engine.eio.sockets.get(engine.manager.eio_sid_from_sid(sid, "/"))
        return session is not None and session.queue.qsize() > UNREAD
