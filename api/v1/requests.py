"""From a body in OpenAI's shape to a submission."""

from typing import Any

from pydantic import BaseModel

from api.auth import caller
from api.job_requests import asked_by, idempotency_key
from millrace.errors import ModelNotFound, UnknownModel
from millrace.jobs.able import able
from millrace.jobs.classes import Class
from millrace.jobs.submit import Submission


def submission(endpoint: str, body: BaseModel) -> Submission:
    """What this body asks for. Raises as `asked` does."""
    return asked(endpoint, body.model_dump(exclude_unset=True))


def asked(endpoint: str, given: dict[str, Any]) -> Submission:
    """Interactive work: somebody waits. Raises InvalidField, ModelNotFound, ModelNotAllowed."""
    try:
        model = able(endpoint, given)
    except UnknownModel as unknown:
        raise ModelNotFound(unknown.message, param="model") from None
    wanted = Submission(caller().tenant, model, endpoint, given, of_class=Class.interactive, key=idempotency_key())
    # Somebody who waits for the whole needs no deltas.
    given.setdefault("stream", False)
    return asked_by(caller(), wanted)
