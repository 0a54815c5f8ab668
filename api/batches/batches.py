"""Batches: ask for one, look, list, cancel; the same under `/v1`, as OpenAI's clients have it."""

from typing import Any

from api import pages
from api.address import address
from api.auth import caller
from api.batches.answers import shown
from api.batches.shapes import BatchInfo, BatchList, BatchQuery, NewBatch
from api.job_requests import idempotency_key
from api.operations import operation
from api.shapes import Problem
from api.v1.shapes import OpenAIError
from api.webhooks.target import target
from millrace import ids
from millrace.batches import control, create, find
from millrace.batches.batch import PREFIX, Batch
from millrace.batches.create import Wanted
from millrace.files import PREFIX as FILE
from millrace.identity.permissions import Permission

KEY = {"Idempotency-Key": "The same key and request give the same batch. 255 characters at most."}


def wanted(body: NewBatch) -> Wanted:
    """Raises InvalidField."""
    return Wanted(
        endpoint=body.endpoint,
        # What is no id is nobody's file.
        input_file=ids.parse(FILE, body.input_file_id) or "00000000-0000-0000-0000-000000000000",
        completion_window=body.completion_window,
        metadata=body.metadata,
        output_seconds=body.output_expires_after.seconds if body.output_expires_after else None,
        template=body.template.model_dump() if body.template else None,
        webhook=target(body.webhook),
    )


def found(id: str) -> Batch:
    """The caller's batch. Raises NotFound."""
    return find.find(caller().tenant, ids.parse(PREFIX, id))


def _create(body: NewBatch) -> BatchInfo:
    return shown(create.create(caller(), wanted(body), address=address(), key=idempotency_key()))


def _list(query: BatchQuery) -> BatchList:
    after = pages.cursor(PREFIX, query.after)
    batches = find.page(caller().tenant, after=after, limit=query.limit + 1)
    return pages.page(BatchList, [shown(batch) for batch in batches], query.limit)


@operation(
    "POST /v1/batches",
    summary="Run a batch",
    tag="OpenAI",
    permission=Permission.batches_write,
    body=NewBatch,
    headers=KEY,
    answers={200: BatchInfo, 404: OpenAIError, 409: OpenAIError, 422: OpenAIError},
)
def create_v1(body: NewBatch) -> BatchInfo:
    """The file is validated whole, then its quotas are reserved at once, then every line is a job of its own."""
    return _create(body)


@operation(
    "POST /api/v1/batches",
    summary="Run a batch",
    tag="Batches",
    permission=Permission.batches_write,
    body=NewBatch,
    headers=KEY,
    answers={202: BatchInfo, 404: Problem, 409: Problem, 422: Problem},
)
def create_batch(body: NewBatch) -> Any:
    """The file is validated whole, then its quotas are reserved at once, then every line is a job of its own."""
    return _create(body), 202


@operation(
    "GET /v1/batches",
    summary="List batches",
    tag="OpenAI",
    permission=Permission.batches_read,
    query=BatchQuery,
    answers={200: BatchList},
)
def list_v1(query: BatchQuery) -> BatchList:
    """Newest first."""
    return _list(query)


@operation(
    "GET /api/v1/batches",
    summary="List batches",
    tag="Batches",
    permission=Permission.batches_read,
    query=BatchQuery,
    answers={200: BatchList},
)
def list_batches(query: BatchQuery) -> BatchList:
    """Newest first."""
    return _list(query)


@operation(
    "GET /v1/batches/<id>",
    summary="Look at a batch",
    tag="OpenAI",
    permission=Permission.batches_read,
    answers={200: BatchInfo, 404: OpenAIError},
)
def show_v1(id: str) -> BatchInfo:
    """Its state, counts, rate and when it is expected to end."""
    return shown(found(id))


@operation(
    "GET /api/v1/batches/<id>",
    summary="Look at a batch",
    tag="Batches",
    permission=Permission.batches_read,
    answers={200: BatchInfo, 404: Problem},
)
def show_batch(id: str) -> BatchInfo:
    """Its state, counts, rate and when it is expected to end; and a quote."""
    return shown(found(id))


@operation(
    "POST /v1/batches/<id>/cancel",
    summary="Cancel a batch",
    tag="OpenAI",
    permission=Permission.batches_write,
    answers={200: BatchInfo, 404: OpenAIError},
)
def cancel_v1(id: str) -> BatchInfo:
    """No further line begins; those that run are cut short; what is done is kept. Safe to repeat."""
    return shown(control.cancel(caller().tenant, ids.parse(PREFIX, id)))


@operation(
    "POST /api/v1/batches/<id>/cancel",
    summary="Cancel a batch",
    tag="Batches",
    permission=Permission.batches_write,
    answers={200: BatchInfo, 404: Problem},
)
def cancel_batch(id: str) -> BatchInfo:
    """No further line begins; those that run are cut short; what is done is kept. Safe to repeat."""
    return shown(control.cancel(caller().tenant, ids.parse(PREFIX, id)))


@operation(
    "POST /api/v1/batches/<id>/pause",
    summary="Pause a batch",
    tag="Batches",
    permission=Permission.batches_write,
    answers={200: BatchInfo, 404: Problem, 409: Problem},
)
def pause_batch(id: str) -> BatchInfo:
    """No further line begins until it is resumed. Its window goes on."""
    return shown(control.pause(caller().tenant, ids.parse(PREFIX, id)))


@operation(
    "POST /api/v1/batches/<id>/resume",
    summary="Resume a batch",
    tag="Batches",
    permission=Permission.batches_write,
    answers={200: BatchInfo, 404: Problem, 409: Problem},
)
def resume_batch(id: str) -> BatchInfo:
    """Its lines go on."""
    return shown(control.resume(caller().tenant, ids.parse(PREFIX, id)))
