"""A client that is connected all along: it reads a job's events, and resumes after the last it has when it must."""

import itertools
import threading
import time
from http.client import HTTPException
from typing import Any

from tests.machine import wait_for
from tests.platform import Platform

ENDS = ("succeeded", "failed", "cancelled", "expired")


class Reader(threading.Thread):
    """Starts at once. `processes`: the API processes it turns to, one after the other."""

    def __init__(self, platform: Platform, job: str, *processes: str, seconds: float = 60) -> None:
        super().__init__(daemon=True)
        self.job = job
        self.events: list[Any] = []
        self.connections = 0
        self._platform = platform
        self._processes = processes or ("api",)
        self._deadline = time.monotonic() + seconds
        self.start()

    def run(self) -> None:
        for process in itertools.cycle(self._processes):
            if self.ended or time.monotonic() > self._deadline:
                return
            try:
                self.connections += 1
                with self._platform.events(self.job, self.events[-1][0] if self.events else 0, process) as events:
                    for event in events:
                        self.events.append(event)
            except (OSError, HTTPException):
                pass
            time.sleep(0.05)

    @property
    def ended(self) -> bool:
        return bool(self.events) and self.events[-1][1] in ENDS

    @property
    def deltas(self) -> int:
        return sum(type == "delta" for _, type, _ in list(self.events))

    def has_text(self, deltas: int = 2) -> "Reader":
        """Wait until it has read some of the text: the job is in mid-stream."""
        wait_for(lambda: self.deltas >= deltas or self.ended, 30, f"text of {self.job}")
        assert not self.ended, "the job was too short to be struck in mid-stream"
        return self

    def finished(self) -> list[Any]:
        """All events, once the last has come."""
        self.join(max(0.0, self._deadline - time.monotonic()))
        assert self.ended, (self.job, self.events[-3:])
        return self.events
