"""From a batch to its shape."""

import json
from typing import Any

from api.batches.shapes import BatchInfo
from api.pages import seconds
from millrace import ids
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.progress import Progress, progress
from millrace.batches.windows import SECONDS
from millrace.files import PREFIX as FILE
from millrace.ledger.money import usd

_TIMES = (
    "in_progress_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at",
)  # fmt: skip


def shown(batch: Batch) -> BatchInfo:
    """As it is now."""
    now = None if batch.ended else progress(batch)
    quote = json.loads(batch.quote) if batch.quote else None
    models = [part["model"] for part in quote["models"]] if quote else []
    return BatchInfo.model_validate(
        {
            "id": ids.show(PREFIX, batch.id),
            "object": "batch",
            "endpoint": batch.endpoint,
            "model": models[0] if len(models) == 1 else None,
            "errors": json.loads(batch.errors) if batch.errors else None,
            "input_file_id": _file(batch.input_file),
            "completion_window": batch.completion_window,
            "status": batch.state,
            "output_file_id": _file(batch.output_file),
            "error_file_id": _file(batch.error_file),
            "created_at": seconds(batch.created_at),
            "expires_at": seconds(batch.deadline),
            **{name: seconds(getattr(batch, name)) for name in _TIMES},
            "request_counts": _counts(batch, now),
            "usage": _usage(batch) if batch.ended and batch.in_progress_at else None,
            "metadata": json.loads(batch.metadata) if batch.metadata else None,
            "paused": batch.paused,
            "progress": _progress(now) if now and batch.in_progress_at else None,
            "quote": _quote(quote, batch) if quote else None,
            "cost_usd": usd(batch.nanos) if batch.ended else None,
            "retry_of": ids.show(PREFIX, batch.retry_of) if batch.retry_of else None,
        }
    )


def _file(id: str | None) -> str | None:
    return ids.show(FILE, id) if id else None


def _counts(batch: Batch, now: Progress | None) -> dict[str, int]:
    completed, failed = (now.completed, now.failed) if now else (batch.completed, batch.failed)
    return {"total": batch.total, "completed": completed, "failed": failed}


def _usage(batch: Batch) -> dict[str, Any]:
    return {
        "input_tokens": batch.input_tokens,
        "input_tokens_details": {"cached_tokens": batch.cached_tokens},
        "output_tokens": batch.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": batch.input_tokens + batch.output_tokens,
    }


def _progress(now: Progress) -> dict[str, Any]:
    return {
        "waiting": now.waiting,
        "running": now.running,
        "done": now.done,
        "lines_per_second": now.rate,
        "eta_seconds": now.eta_seconds,
    }


def _quote(quote: dict[str, Any], batch: Batch) -> dict[str, Any]:
    took = quote["seconds"]
    return {
        "models": [part | {"cost_usd": usd(part["nanos"])} for part in quote["models"]],
        "cost_usd": usd(sum(part["nanos"] for part in quote["models"])),
        "seconds": took,
        "fits_window": None if took is None else took <= SECONDS[batch.completion_window],
        "quotas": [_quota(each) for each in quote["quotas"]],
    }


def _quota(each: dict[str, Any]) -> dict[str, Any]:
    if each["unit"] == "nanos":
        return each | {"unit": "usd", "limit": usd(each["limit"]), "left": usd(each["left"])}
    return each | {"limit": str(each["limit"]), "left": str(each["left"])}
