"""What the database says of each tenant, as each process believes it for some seconds."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from millrace.errors import DatabaseUnavailable

Value = TypeVar("Value")

#: Tenants that a process remembers.
REMEMBERED = 10_000


class Believed(Generic[Value]):
    """`read(tenant)` answers the value. What was committed more than `seconds` ago is always in it.

    From half of that age on somebody reads it anew, and those who come meanwhile go on with what there is. While the
    database is away the last value holds; where there is none, DatabaseUnavailable.
    """

    def __init__(self, read: Callable[[str], Value], seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._known: dict[str, tuple[float, Value]] = {}
        self._being_read: set[str] = set()

    def __call__(self, tenant: str) -> Value:
        known = self._known.get(tenant)
        if known is not None:
            age = time.monotonic() - known[0]
            if age < self._seconds / 2 or (age < self._seconds and tenant in self._being_read):
                return known[1]
        return self._anew(tenant)

    def forget(self, tenant: str) -> None:
        """It has changed, here: read it at the next call."""
        self._known.pop(tenant, None)

    def _anew(self, tenant: str) -> Value:
        begun, known = time.monotonic(), self._known.get(tenant)
        self._being_read.add(tenant)
        try:
            value = self._read(tenant)
        except DatabaseUnavailable:
            if known is None:
                raise
            value = known[1]
        finally:
            self._being_read.discard(tenant)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[tenant] = (begun, value)
        return value
