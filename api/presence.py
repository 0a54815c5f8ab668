"""Open connections end when who opened them may not come any more: a revocation reaches streams and sockets too.

One statement every half second for all connections of this process, and none while there are none.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from millrace import db
from millrace.errors import DatabaseUnavailable
from millrace.identity.caller import Caller
from millrace.telemetry import logger

log = logger(__name__)

#: Seconds between two looks: revocations promise one second.
EVERY = 0.5

_GONE = "SELECT * FROM gone_callers(%s::uuid[], %s::uuid[])"


class Presence:
    """Who has connections open in this process, and how each is ended."""

    def __init__(self) -> None:
        self._keys: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._sessions: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def enter(self, caller: Caller, end: Callable[[], None]) -> Callable[[], None]:
        """Have `end` called, from another thread, when this caller is not good any more; answers how to leave."""
        kind, id = (self._keys, caller.key) if caller.key else (self._sessions, caller.session)
        with self._lock:
            kind[str(id)].append(end)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look_on, name="presence", daemon=True)
                self._thread.start()
        self._some.set()
        return lambda: self._leave(kind, str(id), end)

    @contextmanager
    def held(self, caller: Caller, end: Callable[[], None]) -> Iterator[None]:
        """`enter`, for as long as the block runs."""
        leave = self.enter(caller, end)
        try:
            yield
        finally:
            leave()

    def _leave(self, kind: dict[str, list[Callable[[], None]]], id: str, end: Callable[[], None]) -> None:
        with self._lock:
            if end in kind.get(id, []):
                kind[id].remove(end)
            if not kind.get(id):
                kind.pop(id, None)

    def _look_on(self) -> None:
        pause = threading.Event()
        while True:
            self._some.wait()
            if not self._keys and not self._sessions:
                self._some.clear()
            try:
                self._end_those_gone()
            except DatabaseUnavailable:
                log.debug("open connections are not checked: the database is away")
            except Exception:
                log.exception("open connections could not be checked")
            pause.wait(EVERY)

    def _end_those_gone(self) -> None:
        with self._lock:
            keys, sessions = list(self._keys), list(self._sessions)
        if not keys and not sessions:
            return
        for (id,) in db.call(_GONE, (keys, sessions)):
            for end in [*self._keys.get(id, []), *self._sessions.get(id, [])]:
                end()


presence = Presence()
