"""A value of the database that each process keeps for some seconds; whoever asks then reads it again."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from millrace.errors import DatabaseUnavailable

Value = TypeVar("Value")


class Cached(Generic[Value]):
    """`read()` answers the value. While the database is away the last one holds; before the first, `empty`."""

    def __init__(self, read: Callable[[], Value], seconds: float, empty: Value) -> None:
        self._read = read
        self._seconds = seconds
        self._value = empty
        self._known = False
        self._until = 0.0

    def __call__(self) -> Value:
        if time.monotonic() >= self._until:
            self._refresh()
        return self._value

    def _refresh(self) -> None:
        if self._known:
            # One reads: those who come meanwhile go on with what there is.
            self._until = time.monotonic() + self._seconds
        with suppress(DatabaseUnavailable):
            self._value, self._known = self._read(), True
        self._until = time.monotonic() + self._seconds

    def forget(self) -> None:
        """Read it at the next call."""
        self._until = 0.0
