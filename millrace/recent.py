"""A value of the database that each process keeps for some seconds, and reads again beside whoever asks for it."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from millrace.errors import DatabaseUnavailable

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """`read(last)` answers the value, given the last one. While the database is away the last one holds.

    A value older than `fresh` seconds is still answered while a thread reads the next; one older than `stale` is read
    first. So nobody waits while somebody asks every second, and nobody is told what was true an hour ago.
    """

    def __init__(self, read: Callable[[Value], Value], empty: Value, *, fresh: float, stale: float) -> None:
        self._read = read
        self._value = empty
        self._fresh, self._stale = fresh, stale
        self._read_at = float("-inf")
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        """A child of a fork has none of its parent's threads, and must not wait for what they held."""
        self._lock = threading.Lock()
        self._renewing = False

    def __call__(self) -> Value:
        now = time.monotonic()
        age = now - self._read_at
        if age > self._stale:
            self._look(now - self._fresh)
        elif age > self._fresh and not self._renewing:
            self._renewing = True
            threading.Thread(target=self._beside, name="recent", daemon=True).start()
        return self._value

    def look(self) -> Value:
        """Read it now: what was committed before this call is in it."""
        self._look(time.monotonic())
        return self._value

    def _beside(self) -> None:
        try:
            self._look(time.monotonic() - self._fresh)
        finally:
            self._renewing = False

    def _look(self, since: float) -> None:
        """Read, unless somebody else began to after that moment, while we waited for our turn."""
        with self._lock:
            if self._read_at >= since:
                return
            begun = time.monotonic()
            with suppress(DatabaseUnavailable):
                self._value = self._read(self._value)
            self._read_at = begun
