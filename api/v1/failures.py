"""What a job that did not succeed is to a caller of OpenAI's API: a status, and an error in OpenAI's shape."""

import json

from millrace.errors import CallFailed

#: By the code of the job's error. The caller's own mistakes are 4xx, which its client does not try again.
STATUSES = {
    "engine_refused": 400,
    "context_length_exceeded": 400,
    "invalid_field": 400,
    "content_filter": 400,
    "personal_data": 400,
    "too_deep": 400,
    "unknown_model": 404,
    "model_deleted": 404,
    "local_only": 403,
    "model_not_found": 404,
    "engine_broken": 502,
    "engine_timeout": 504,
    "deadline_passed": 504,
    "backend_key": 503,
    "backend_config": 503,
    "backend_quota": 503,
    "backend_credentials": 503,
}

#: And by its state, where it has no error.
STATES = {"cancelled": 409, "expired": 504}


def failure_of(state: str, error: str | None) -> CallFailed:
    """The error to raise; `error` is `{code, message}` as JSON text."""
    if not error:
        return CallFailed(f"The job was {state}.", status=STATES.get(state, 502), code=f"job_{state}")
    found = json.loads(error)
    return CallFailed(found["message"], status=STATUSES.get(found["code"], 502), code=found["code"])
