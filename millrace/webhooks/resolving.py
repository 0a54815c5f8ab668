"""Resolving a name once: what is checked is what is connected to."""

import queue
import socket
import threading
from dataclasses import dataclass
from typing import Any

from millrace.webhooks import addresses
from millrace.webhooks.addresses import Address


@dataclass(frozen=True, slots=True)
class Resolved:
    """One address of a host: as it is judged, and as a socket connects to it."""

    address: Address
    family: int
    socket_address: Any


def resolve(host: str, port: int, seconds: float) -> list[Resolved]:
    """The addresses of a host, which may be one itself. Raises OSError, also where that takes longer.

    From a thread, since nothing else ends a look-up that hangs.
    """
    answers: queue.Queue[list[Any] | Exception] = queue.Queue()
    threading.Thread(target=_look_up, args=(host, port, answers), name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("the name could not be resolved in time") from None
    if isinstance(found, Exception):
        raise OSError("the name cannot be resolved") from found
    return [Resolved(addresses.parse(each[4][0]), int(each[0]), each[4]) for each in found]


def _look_up(host: str, port: int, answers: "queue.Queue[list[Any] | Exception]") -> None:
    try:
        answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    # UnicodeError: of names that no name server could know.
    except (OSError, UnicodeError) as failure:
        answers.put(failure)
