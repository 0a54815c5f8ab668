"""Events and their numbers: attempt x 2^32 + sequence, from 1; a number means the same event everywhere.

Inside an attempt: 1 is `started`, the last possible number is the event that closes it (`reset`, or a terminal one).
Attempt 0 is the wait in the queue, and its event 1 is `queued`. Sequence 0 is nobody's: a reader that finds a higher
attempt without having seen the close of the one before sends its `reset` there.
"""

import json
from dataclasses import dataclass, field
from typing import Any

#: The sequence of the event that closes an attempt; nothing can be appended after it.
LAST = 2**32 - 1

#: How a job can end; an event of that name is the last of its log.
TERMINAL = frozenset({"succeeded", "failed", "cancelled", "expired"})

#: Bytes of an event's data; longer text is cut into several deltas.
SIZE_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `{seq, type, data}`. Closing events carry `last`, the sequence before them, so that a gap shows."""

    seq: int
    type: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def attempt(self) -> int:
        return self.seq >> 32

    @property
    def sequence(self) -> int:
        return self.seq & LAST

    @property
    def terminal(self) -> bool:
        return self.type in TERMINAL

    def dump(self) -> bytes:
        return json.dumps({"seq": self.seq, "type": self.type, "data": self.data}, separators=(",", ":")).encode()


def number(attempt: int, sequence: int) -> int:
    return attempt << 32 | sequence


def load(raw: bytes) -> Event:
    """The event that `dump` wrote."""
    return Event(**json.loads(raw))


def follows(event: Event, cursor: int) -> bool:
    """True when nothing that matters can be missing between the event numbered `cursor` and this one.

    What an earlier attempt said is void, so the start of a later one, and a reset, may follow anything.
    """
    attempt, sequence = cursor >> 32, cursor & LAST
    if event.attempt > attempt:
        return event.sequence == 1 or event.type == "reset" or event.data.get("last") == 0
    if event.sequence == LAST:
        return event.type == "reset" or event.data.get("last") == sequence
    return event.sequence == sequence + 1
