"""What each Socket.IO client watches: a task a watch, which stops when nobody wants it, or when it is too slow."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Protocol

from flask_socketio import SocketIO

from millrace.errors import InvalidField

#: What one client may watch, and packets it may leave unread.
WATCHES, UNREAD = 200, 500

#: The name of a message, and what it says.
Message = tuple[str, dict[str, Any]]


class Watch(Protocol):
    """Something that is followed until it ends, or until somebody stops it."""

    @property
    def subject(self) -> str:
        """The identifier of what is watched, as clients know it."""

    def messages(self) -> Iterator[Message | None]:
        """What there is to say, in order; None now and then while there is nothing."""

    def lagged(self) -> Message:
        """Said to a client that leaves too much unread, instead of the message before."""

    def stop(self) -> None:
        """`messages` ends soon. Safe to repeat, from any thread."""


class Subscriptions:
    """Watches by client and subject."""

    def __init__(self, server: SocketIO) -> None:
        self._server = server
        self._watches: dict[str, dict[str, Watch]] = defaultdict(dict)
        self._lock = threading.Lock()

    def add(self, sid: str, watch: Watch) -> None:
        """Follow it; an earlier subscription to the same ends. Raises InvalidField."""
        with self._lock:
            own = self._watches[sid]
            if len(own) >= WATCHES and watch.subject not in own:
                raise InvalidField(f"You may watch {WATCHES} things on one connection: unsubscribe from some.")
            earlier = own.get(watch.subject)
            own[watch.subject] = watch
        if earlier is not None:
            earlier.stop()
        self._server.start_background_task(self._pump, sid, watch)

    def remove(self, sid: str, subject: str) -> None:
        with self._lock:
            watch = self._watches[sid].pop(subject, None)
        if watch is not None:
            watch.stop()

    def drop(self, sid: str) -> None:
        """The client is gone."""
        with self._lock:
            watches = self._watches.pop(sid, {})
        for watch in watches.values():
            watch.stop()

    def _pump(self, sid: str, watch: Watch) -> None:
        try:
            for message in watch.messages():
                if message is None:
                    continue
                lags = self._lags(sid)
                name, said = watch.lagged() if lags else message
                self._server.emit(name, said, to=sid)
                if lags:
                    return
        finally:
            self._forget(sid, watch)

    def _forget(self, sid: str, watch: Watch) -> None:
        with self._lock:
            own = self._watches.get(sid)
            if own is not None and own.get(watch.subject) is watch:
                del own[watch.subject]

    def _lags(self, sid: str) -> bool:
        """True when the client has left too much unread: engineio's own queue has no limit."""
        engine = self._server.server
        session = engine.eio.sockets.get(engine.manager.eio_sid_from_sid(sid, "/"))
        return session is not None and session.queue.qsize() > UNREAD
