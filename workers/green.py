"""What kombu and eventlet need to get over the loss of Redis together. It patches nothing: `workers.__main__` has."""

import os

from eventlet import hubs
from kombu.utils import eventio


def mend_select() -> None:
    """Let the consumer live on when a descriptor that it polls is closed.

    redis-py closes a lost connection before kombu's poller hears of it. kombu then asks select for each descriptor
    which one is bad; but eventlet's select, when one is, leaves behind the listeners that it had added, so that the
    next look at any of them ends in "Second simultaneous read", and the worker with it.
    """

    def remove_bad(self: eventio._select) -> None:
        for fd in self._rfd | self._wfd | self._efd:
            hubs.get_hub().remove_descriptor(fd)
            try:
                os.fstat(fd)
            except OSError:
                self.unregister(fd)

    eventio._select._remove_bad = remove_bad  # type: ignore[method-assign]
