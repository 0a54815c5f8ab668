"""Natural batching: calls that fall together share one statement and one commit.

No timer: whoever finds nobody at work starts at once, alone; those who come meanwhile wait, and go together next, led
by the first of them. A group that fails is redone one by one, so that a refusal costs only its own member.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class _Call(Generic[Item, Outcome]):
    __slots__ = ("done", "failure", "item", "outcome", "stirred")

    def __init__(self, item: Item) -> None:
        self.item = item
        #: Released when the call is done, or when its caller is to lead the next group. (An Event costs five times
        #: as much to make, and there is one a call.)
        self.stirred = threading.Lock()
        self.stirred.acquire()
        self.done = False
        self.outcome: Outcome | None = None
        self.failure: Exception | None = None


class Grouped(Generic[Item, Outcome]):
    """Wraps `run(items) -> outcomes`, one outcome an item in their order, as a function of one item."""

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Outcome]], *, most: int = 64) -> None:
        self._run = run
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Call[Item, Outcome]] = []
        self._led = False

    def __call__(self, item: Item) -> Outcome:
        call: _Call[Item, Outcome] = _Call(item)
        with self._lock:
            self._waiting.append(call)
            leads, self._led = not self._led, True
        if not leads:
            call.stirred.acquire()
        if not call.done:
            self._lead()
        if call.failure is not None:
            raise call.failure
        return call.outcome  # type: ignore[return-value]

    def _lead(self) -> None:
        """Run the group that waits, which begins with the leader's own call; then the next one leads."""
        time.sleep(0)
        with self._lock:
            group = self._waiting[: self._most]
            del self._waiting[: self._most]
        try:
            self._settle(group)
        finally:
            with self._lock:
                self._led = bool(self._waiting)
                if self._led:
                    self._waiting[0].stirred.release()

    def _settle(self, group: list[_Call[Item, Outcome]]) -> None:
        try:
            outcomes = self._run([call.item for call in group])
        except Exception as failure:  # noqa: BLE001 - handed to the caller it belongs to
            if len(group) > 1:
                for call in group:
                    self._settle([call])
                return
            group[0].failure = failure
            _finish(group[0])
            return
        except BaseException:
            # The leader is being killed: the others must not wait for it for ever.
            for call in group:
                call.failure = RuntimeError("the leader of this group was interrupted")
                _finish(call)
            raise
        for call, outcome in zip(group, outcomes, strict=True):
            call.outcome = outcome
            _finish(call)


def _finish(call: _Call[Item, Outcome]) -> None:
    call.done = True
    if call.stirred.locked():
        call.stirred.release()
