"""What the API process is told whose caller waits for a job: all it needs to answer, so that it reads nothing.

It is published with the job's last event. Redis's loss: the caller asks Postgres in the end.
"""

from typing import Any

from millrace.jobs.claim import Claimed
from millrace.jobs.settle import Settlement


def reply(job: Claimed, settlement: Settlement, started_at: float) -> dict[str, Any]:
    """Body and error are JSON texts, `started_at` and `asked_at` (when it was accepted) are Unix seconds."""
    return {
        "id": job.id,
        "state": settlement.state,
        "model": job.model,
        "body": settlement.body,
        "error": settlement.error,
        "input_tokens": settlement.input_tokens,
        "output_tokens": settlement.output_tokens,
        "cache": settlement.cache,
        "asked_at": job.created_at.timestamp(),
        "attempt": job.attempt,
        "failures": job.failures,
        "started_at": started_at,
    }
