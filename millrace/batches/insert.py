"""Making the lines of a batch into jobs, a block at a time, each claimable at its commit."""

import json
from dataclasses import dataclass, field
from itertools import count

from millrace import db, files
from millrace.batches import rows
from millrace.batches.lease import LeaseLost, Step
from millrace.batches.planning import Planned, Planner
from millrace.batches.request import BadLine, read
from millrace.errors import MillraceError
from millrace.jobs import bell

#: Lines of a block, and bytes of their text after which it is full.
LINES, BYTES = 500, 4_000_000

_INSERT = "SELECT insert_lines(%s, %s, %s, %s, %s, %s, %s)"


@dataclass(slots=True)
class _Block:
    planned: list[Planned] = field(default_factory=list)
    size: int = 0

    def add(self, planned: Planned, size: int) -> None:
        self.planned.append(planned)
        self.size += size

    @property
    def full(self) -> bool:
        return len(self.planned) >= LINES or self.size >= BYTES


def insert(step: Step) -> None:
    """All lines that are not jobs yet. Raises LeaseLost, and what reading files raises; ChangedMeanwhile."""
    batch = step.look()
    if batch.inserted >= batch.total:
        return
    file, planner, block = files.find(batch.tenant, batch.input_file), Planner(batch), _Block()
    for number, offset, raw in rows.of(batch, file, batch.next_number, batch.next_offset):
        step.keep()
        if block.full:
            _write(step, block, number, offset)
            block = _Block()
        block.add(_planned(raw, planner, batch.endpoint), len(raw) if isinstance(raw, bytes) else 0)
    if block.planned:
        _write(step, block, 2**31 - 1, file.bytes)


class ChangedMeanwhile(MillraceError):
    """A line that was good when the batch was validated is not any more."""

    status = 409
    code = "changed_meanwhile"


def _planned(raw: bytes | BadLine, planner: Planner, endpoint: str) -> Planned:
    """Raises ChangedMeanwhile where the catalog or a rule of the tenant has changed since the line was validated."""
    try:
        if isinstance(raw, BadLine):
            raise raw
        return planner.plan(read(raw, endpoint))
    except MillraceError as failure:
        if failure.status >= 500:
            raise
        raise ChangedMeanwhile(f"After validation a line was refused: {failure.message}") from None


def _write(step: Step, block: _Block, number: int, offset: int) -> None:
    batch = step.batch
    upto = batch.inserted + len(block.planned)
    lines = count(batch.inserted + 1)
    numbered = [(next(lines), planned) for planned in block.planned]
    # Identifiers order the jobs of a queue: lines that begin alike go to the backend together.
    numbered.sort(key=lambda each: each[1].prefix)
    items = json.dumps([planned.item(batch.id, line) for line, planned in numbered])
    given = (batch.id, step.lease, batch.inserted, upto, number, offset, items)
    if not db.call(_INSERT, given)[0][0]:
        # An earlier try may have been committed, though its answer was lost.
        if step.look().inserted != upto:
            raise LeaseLost
    else:
        step.look()
    for lane in {planned.submission.model.lane for planned in block.planned}:
        bell.ring(lane)
