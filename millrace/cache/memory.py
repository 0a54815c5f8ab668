"""The first level: this process's own memory, bounded in bytes; what was used longest ago goes first."""

import threading
import time
from collections import OrderedDict

from millrace.cache.entry import Entry
from millrace.settings import settings

#: Bytes that an entry costs beside its body: key, numbers, and the dictionary's own.
OVERHEAD = 700

#: An entry may have this part of the whole at most: one large answer must not turn out all others.
PART = 16


class Memory:
    """Entries by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Entry | None:
        """None for one that is too old, too."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.made_at + settings().cache_seconds <= time.time():
                self._remove(key)
                return None
            self._entries.move_to_end(key)
            return entry

    def put(self, key: str, entry: Entry) -> None:
        size = _size(entry)
        if size > self._most // PART:
            return
        with self._lock:
            self._remove(key)
            self._entries[key] = entry
            self._bytes += size
            while self._bytes > self._most:
                self._remove(next(iter(self._entries)))

    def drop(self, key: str) -> None:
        with self._lock:
            self._remove(key)

    def purge(self, tenant: str | None, model: str | None) -> None:
        """Drop what is of this tenant and this model; None is every one."""
        with self._lock:
            for key, entry in list(self._entries.items()):
                if tenant in (None, entry.tenant) and model in (None, entry.model):
                    self._remove(key)

    def _remove(self, key: str) -> None:
        gone = self._entries.pop(key, None)
        if gone is not None:
            self._bytes -= _size(gone)

    def __len__(self) -> int:
        return len(self._entries)


def _size(entry: Entry) -> int:
    # A body is ASCII, as JSON is written here.
    return len(entry.body) + OVERHEAD
