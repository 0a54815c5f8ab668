"""Whether the model that a request names can answer at its endpoint, and whether there is anything to answer."""

from typing import Any

from millrace.catalog.catalog import Model
from millrace.errors import InvalidField, ModelUnable, UnknownModel
from millrace.jobs.route import some_model

#: What a model must be able to do to answer at an endpoint, and the field without which there is nothing to answer.
NEEDS = {
    "/v1/chat/completions": ("chat", "messages"),
    "/v1/completions": ("completions", "prompt"),
    "/v1/embeddings": ("embeddings", "input"),
    "/v1/responses": ("chat", "input"),
}


def able(endpoint: str, body: dict[str, Any], prefix: str = "") -> Model:
    """A model that the request's name stands for (`asked_by` chooses), which can do what the endpoint is for.

    Raises InvalidField, UnknownModel, ModelUnable; `prefix` names fields.
    """
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise InvalidField(f"{prefix}model: name one of those that GET /api/v1/models lists.", param=f"{prefix}model")
    capability, field = NEEDS[endpoint]
    try:
        model = some_model(name, capability)
    except (UnknownModel, ModelUnable) as failure:
        raise type(failure)(failure.message, param=f"{prefix}model") from None
    if not body.get(field):
        raise InvalidField(f"{prefix}{field}: is missing, and {endpoint} needs it.", param=f"{prefix}{field}")
    return model
