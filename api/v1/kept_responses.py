"""Responses that were asked before: a job, its request and its answer, as a Response object."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Response

from millrace import ids
from millrace.dialects.responses.asked import turns_after
from millrace.dialects.responses.response import echo_of, response_of
from millrace.errors import InvalidField, NotFound, NotKept
from millrace.jobs import find
from millrace.jobs.asked import EARLIER, RESPONSES

#: Our states, as OpenAI calls them.
STATUSES = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "expired": "failed",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A response's job, and what was asked."""

    job: find.Job
    body: dict[str, Any]


def found(tenant: str, id: str) -> Kept:
    """Raises NotFound, NotKept where it said `store: false` and is over."""
    job = find.find(tenant, ids.parse("resp", id))
    if job.endpoint != RESPONSES:
        raise NotFound("No such response.")
    body = find.request_body(tenant, job.id)
    if not body:
        raise NotKept
    return Kept(job, json.loads(body))


def head(kept: Kept) -> dict[str, Any]:
    """What every form of the response says first."""
    created = int(kept.job.created_at.timestamp())
    return {
        "id": ids.show("resp", kept.job.id),
        "model": kept.job.model,
        "created_at": created,
        "echo": echo_of(kept.body),
    }


def shown(kept: Kept) -> Response:
    """The response as it is now."""
    job = kept.job
    answer, error = find.result(job.tenant, job.id) if job.ended else (None, None)
    made = response_of(
        **head(kept),
        status=STATUSES[job.state],
        answer=json.loads(answer) if answer else None,
        error=json.loads(error) if error else None,
        completed_at=int(job.finished_at.timestamp()) if job.finished_at else None,
    )
    return answered(made, job.id)


def answered(response: dict[str, Any], job: str) -> Response:
    made = Response(json.dumps(response), mimetype="application/json")
    made.headers["x-request-id"] = ids.show("job", job)
    return made


def turns_before(tenant: str, id: object) -> list[dict[str, Any]]:
    """The messages of the response that another one follows, and those before it. Raises InvalidField, NotFound."""
    if id is None:
        return []
    if not isinstance(id, str):
        raise InvalidField("previous_response_id: the id of a response.", param="previous_response_id")
    kept = found(tenant, id)
    answer = find.result(tenant, kept.job.id)[0] if kept.job.ended else None
    if answer is None:
        raise InvalidField(
            f"previous_response_id: that response is {kept.job.state}, and has no answer.", param="previous_response_id"
        )
    return turns_after(kept.body, json.loads(answer), kept.body.get(EARLIER) or ())


def input_items(kept: Kept) -> list[dict[str, Any]]:
    """The items of its input, newest first; each has an id."""
    given = kept.body.get("input")
    items = given if isinstance(given, list) else [{"type": "message", "role": "user", "content": given}]
    name = f"msg_{kept.job.id.replace('-', '')}"
    common = {"type": "message", "status": "completed"}
    return [{"id": f"{name}_{i}"} | common | _item(item) for i, item in enumerate(items)][::-1]


def _item(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {"role": "user", "content": [{"type": "input_text", "text": str(item)}]}
    content = item.get("content")
    if isinstance(content, str):
        said = {"type": "output_text", "annotations": []} if item.get("role") == "assistant" else {"type": "input_text"}
        item = item | {"content": [said | {"text": content}]}
    return item
