"""What Postgres knows of a job's events: where it stands, and its text as of the last checkpoint or its end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from millrace import crypto, db
from millrace.crypto import fields
from millrace.streams.events import LAST, TERMINAL, Event, number
from millrace.streams.texts import snapshot
from millrace.streams.writer import closing, started

_RECORD = """
SELECT j.state, j.attempt, j.lease IS NOT NULL, r.model, c.event, coalesce(s.text, c.text), s.input_tokens,
    s.output_tokens, s.error
FROM jobs j
JOIN job_requests r ON r.job = j.id
LEFT JOIN job_checkpoints c ON c.job = j.id
LEFT JOIN job_results s ON s.job = j.id
WHERE j.id = %s AND j.tenant = %s
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `checkpoint` is the number of the event that `text` reaches, while the job runs."""

    state: str
    attempt: int
    #: False for a job that ended in its queue: its last attempt never started.
    begun: bool
    model: str
    checkpoint: int | None
    text: str | None
    input_tokens: int | None
    output_tokens: int | None
    error: str | None

    def events(self, cursor: int, whole: bool) -> Iterator[Event]:
        """The events after `cursor` that can be told from here; `whole` when the replay window showed no gap."""
        for event in self._told(cursor, whole):
            if event.seq > cursor:
                yield event

    def _told(self, cursor: int, whole: bool) -> Iterator[Event]:
        if self.state in TERMINAL:
            yield from self._ended(cursor)
        elif self.state == "running" and cursor < number(self.attempt, 1):
            yield started(self.attempt, self.model)
        if self.state == "running" and not whole and self.checkpoint and self.checkpoint >> 32 == self.attempt:
            yield Event(self.checkpoint, "snapshot", snapshot(self.text or "[]"))

    def _ended(self, cursor: int) -> Iterator[Event]:
        """The end as the log would have told it: the numbers before the last are free for what a lost log held."""
        if self.begun and cursor < number(self.attempt, 1):
            yield started(self.attempt, self.model)
        if self.text:
            yield Event(number(self.attempt, LAST - 2), "snapshot", snapshot(self.text))
        usage = {"input_tokens": self.input_tokens or 0, "output_tokens": self.output_tokens or 0}
        if any(usage.values()):
            yield Event(number(self.attempt, LAST - 1), "usage", usage)
        yield closing(self.attempt, LAST - 1 if self.begun else 0, self.state, end_data(self.state, self.error))


def end_data(state: str, error: str | None) -> dict[str, Any]:
    """The data of a terminal event: `{status}`, and `{error}` as JSON text gave it."""
    return {"status": state, "error": json.loads(error)} if error else {"status": state}


def record(tenant: str, job: str) -> Record | None:
    """The record of a tenant's job, or None when there is none. Raises DatabaseUnavailable."""
    rows = db.call(_RECORD, (job, tenant), tenants=[tenant])
    return _opened(job, Record(*rows[0])) if rows else None


def _opened(job: str, found: Record) -> Record:
    return replace(
        found,
        text=found.text and crypto.unseal(found.text, fields.TEXT.of(job)),
        error=found.error and crypto.unseal(found.error, fields.ERROR.of(job)),
    )
