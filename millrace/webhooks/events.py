"""Events: which there are, and the body that one is sent as, the same to the byte in every try.

Source of the shape: OpenAI's webhooks, so that the SDK's `client.webhooks.unwrap` reads those that it knows.
"""

import json
from datetime import datetime
from typing import Any, Literal, get_args

from millrace import ids

JobEvent = Literal["job.succeeded", "job.failed", "job.cancelled", "job.expired"]
BatchEvent = Literal["batch.completed", "batch.failed", "batch.expired", "batch.cancelled"]
ResponseEvent = Literal["response.completed", "response.failed", "response.incomplete", "response.cancelled"]

#: What an endpoint can ask for.
EventType = JobEvent | BatchEvent | ResponseEvent
TYPES: tuple[str, ...] = get_args(JobEvent) + get_args(BatchEvent) + get_args(ResponseEvent)

#: What `POST .../test` sends unless it is told another.
TEST = "webhook.test"

#: How the identifier of a type's subject is shown, by the type's first part.
SUBJECTS = {"job": "job", "batch": "batch", "response": "resp", "webhook": "we"}


def shown(id: str) -> str:
    """An event's identifier, which is `webhook-id` too: the same in every try and every replay."""
    return ids.show("evt", id)


def subject(type: str, id: str) -> str:
    """What a type of event is about, as its owner knows it: `job_...`, `batch_...`, `resp_...`."""
    return ids.show(SUBJECTS[type.partition(".")[0]], id)


def body(id: str, type: str, about: str, data: dict[str, Any], at: datetime) -> bytes:
    """The event `evt_...` as JSON. `about` is its subject's identifier, `data` what is said of that besides."""
    event = {
        "id": id,
        "object": "event",
        "type": type,
        "created_at": int(at.timestamp()),
        "data": {"id": subject(type, about), **data},
    }
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
