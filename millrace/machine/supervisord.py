"""`python -m millrace.machine.supervisord -c FILE`: supervisord that never gives up on a process, and looks often.

The original waits one second longer after every failed start, and in the end declares the process FATAL: a disk that
was full for an hour would leave a dead installation behind. Here the wait grows to five seconds and stays there.
"""

import time
from typing import Any

from supervisor import poller, process, supervisord
from supervisor.states import ProcessStates

#: Seconds: a process that lived longer than this is started again at once.
LONG_LIFE = 5.0

#: Seconds between two starts, at most.
LONGEST_WAIT = 5.0

#: Seconds between two looks at what died. A stop is a few looks, and ten seconds must do for it.
LOOK = 0.2


class Quick(poller.Poller):
    """Looks more often than once a second."""

    def poll(self, timeout: float) -> Any:
        """Wait for something to happen."""
        return super().poll(min(timeout, LOOK))


class Patient(process.Subprocess):
    """A process that is brought back for ever, and not in a hurry when it dies young."""

    early_deaths = 0
    rest_until = 0.0

    def finish(self, pid: int, status: int) -> None:
        """Called when the process has died."""
        now = time.time()
        young = now - self.laststart < LONG_LIFE
        self.early_deaths = self.early_deaths + 1 if young else 0
        # The first early death may be an accident, such as a server that is still starting.
        self.rest_until = now + min(max(self.early_deaths - 1, 0), LONGEST_WAIT)
        super().finish(pid, status)

    def transition(self) -> Any:
        """Called in every turn of supervisord's loop."""
        if self.state == ProcessStates.EXITED and time.time() < self.rest_until:
            return None
        return super().transition()


def main() -> None:
    """Run supervisord with our two classes in the place of its own."""
    process.Subprocess, poller.Poller = Patient, Quick
    supervisord.main()


if __name__ == "__main__":
    main()
