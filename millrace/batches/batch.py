"""A batch: what its row says."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

#: What its identifier begins with outside (millrace/ids.py).
PREFIX = "batch"

#: Nothing happens to these any more.
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class Batch:
    """One row. `metadata`, `errors` and `quote` are JSON texts, `template` is sealed; counts and usage are there at its
    end (millrace/batches/progress.py has those of one that runs)."""

    id: str
    tenant: str
    state: str
    endpoint: str
    input_file: str | None
    template: str | None
    completion_window: str
    deadline: datetime | None
    off_peak: bool
    paused: bool
    metadata: str | None
    output_life: timedelta | None
    api_key: str | None
    user_id: str | None
    address: str | None
    models: list[str] | None
    retry_of: str | None
    total: int
    errors: str | None
    quote: str | None
    inserted: int
    next_number: int
    next_offset: int
    completed: int
    failed: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    nanos: int
    output_file: str | None
    error_file: str | None
    created_at: datetime
    in_progress_at: datetime | None
    finalizing_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    expired_at: datetime | None
    cancelling_at: datetime | None
    cancelled_at: datetime | None

    @property
    def over(self) -> bool:
        """It began, and no more of its lines become jobs."""
        return self.state in ("cancelling", "finalizing", "completed", "expired", "cancelled")

    @property
    def ended(self) -> bool:
        return self.state in ENDED


#: For a SELECT or a RETURNING; of a table called `b`.
COLUMNS = ", ".join(f"b.{field.name}" for field in fields(Batch))


def of_row(row: tuple[Any, ...]) -> Batch:
    """COLUMNS of one row."""
    return Batch(*row)
