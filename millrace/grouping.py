"""Natural batching: calls that fall together share one statement and one commit.

No timer: whoever finds nobody at work starts at once, alone; those who come meanwhile wait, and go together next.
A group that fails is redone one by one, so that a refusal costs only its own member.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class _Call(Generic[Item, Outcome]):
    __slots__ = ("done", "failure", "item", "outcome")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = threading.Event()
        self.outcome: Outcome | None = None
        self.failure: Exception | None = None


class Grouped(Generic[Item, Outcome]):
    """Wraps `run(items) -> outcomes`, one outcome an item in their order, as a function of one item."""

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Outcome]], *, most: int = 64, abreast: int = 1) -> None:
        self._run = run
        self._most = most
        self._abreast = abreast
        self._lock = threading.Lock()
        self._waiting: list[_Call[Item, Outcome]] = []
        self._leaders = 0

    def __call__(self, item: Item) -> Outcome:
        call: _Call[Item, Outcome] = _Call(item)
        with self._lock:
            self._waiting.append(call)
            leads = self._leaders < self._abreast
            self._leaders += leads
        if leads:
            self._lead()
        call.done.wait()
        if call.failure is not None:
            raise call.failure
        return call.outcome  # type: ignore[return-value]

    def _lead(self) -> None:
        """Run groups until nobody waits. The leader's own call is in the first group or in one before it."""
        while True:
            with self._lock:
                group = self._waiting[: self._most]
                del self._waiting[: self._most]
                if not group:
                    self._leaders -= 1
                    return
            self._settle(group)

    def _settle(self, group: list[_Call[Item, Outcome]]) -> None:
        try:
            outcomes = self._run([call.item for call in group])
        except Exception as failure:  # noqa: BLE001 - handed to the caller it belongs to
            if len(group) > 1:
                for call in group:
                    self._settle([call])
                return
            group[0].failure = failure
            group[0].done.set()
            return
        for call, outcome in zip(group, outcomes, strict=True):
            call.outcome = outcome
            call.done.set()
