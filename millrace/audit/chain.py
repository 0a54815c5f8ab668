"""The chain: each row's hash covers the row and the hash before it, so that a change anywhere shows from there on.

What a chain cannot show is that its end was cut off: write the head (its place and hash) down elsewhere, and give it to
`verify`.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from millrace import db

#: Rows read at a time: memory stays flat, however long the chain.
BLOCK = 1000

#: What the first row follows.
START = bytes(32)

_BLOCK = """
SELECT seq, id, at, tenant, actor, act, target, details, address, previous, hash FROM audit_block(%s, %s)
"""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the log, as it is hashed."""

    seq: int
    id: str
    at: datetime
    tenant: str | None
    actor: str
    act: str
    target: str | None
    details: str
    address: str | None
    previous: bytes
    hash: bytes

    def computed(self) -> bytes:
        """What its hash must be: as the SQL function audit_hash computes it."""
        at = self.at.strftime("%Y-%m-%dT%H:%M:%S.%f")
        place = (str(self.seq), self.id, at)
        fields = (*place, self.tenant, self.actor, self.act, self.target, self.details, self.address)
        return hashlib.sha256(self.previous + b",".join(_counted(field) for field in fields)).digest()


def _counted(field: str | None) -> bytes:
    """With its length in bytes before it, so that two rows that differ never read the same."""
    if field is None:
        return b"-"
    raw = field.encode()
    return b"%d:%b" % (len(raw), raw)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found. `broken`: the place of the first row that is not as it was written, and what is wrong there.
    `seq` and `hash`: the last good row."""

    seq: int = 0
    hash: bytes = START
    broken: int | None = None
    reason: str | None = None


def verify(head: tuple[int, bytes] | None = None) -> Verdict:
    """Walk the whole chain. `head`: a place and hash that were written down before, which must be in it."""
    good = Verdict()
    for link in _links():
        reason = _wrong(link, good, head)
        if reason:
            return Verdict(good.seq, good.hash, link.seq, reason)
        good = Verdict(link.seq, link.hash)
    if head and head[0] > good.seq:
        return Verdict(good.seq, good.hash, good.seq + 1, "The chain ends before the head that was written down.")
    return good


def _wrong(link: Link, before: Verdict, head: tuple[int, bytes] | None) -> str | None:
    if link.seq != before.seq + 1:
        return f"Rows are missing after {before.seq}."
    if link.previous != before.hash:
        return "It does not follow the row before it."
    if link.hash != link.computed():
        return "It was changed."
    if head and head[0] == link.seq and head[1] != link.hash:
        return "It is not the head that was written down."
    return None


def _links() -> Iterator[Link]:
    after = 0
    while rows := db.call(_BLOCK, (after, BLOCK)):
        for row in rows:
            yield Link(*[*row[:9], bytes(row[9]), bytes(row[10])])
        after = rows[-1][0]
        # An API process serves others, too.
        time.sleep(0)
