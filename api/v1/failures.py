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

#: Somebody must mend the account or its key before anything is answered: asking again does not help.
HOPELESS = frozenset({"backend_key", "backend_config", "backend_quota", "backend_credentials", "job_cancelled"})

#: And by its state, where it has no error.
STATES = {"cancelled": 409, "expired": 504}


def failure_of(state: str, error: str | None) -> CallFailed:
    """The error to raise; `error` is `{code, message}` as JSON text."""
    if not error:
        return _failed(f"The job was {state}.", STATES.get(state, 502), f"job_{state}")
    found = json.loads(error)
    return _failed(found["message"], STATUSES.get(found["code"], 502), found["code"])


def _failed(message: str, status: int, code: str) -> CallFailed:
    return CallFailed(message, status=status, code=code, hopeless=code in HOPELESS)
