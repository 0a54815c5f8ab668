"""`/v1/models`, as OpenAI's clients list them."""

from api.auth import caller
from api.operations import operation
from api.v1.shapes import OpenAIError, OpenAIModel, OpenAIModels
from millrace.catalog.catalog import Model, catalog
from millrace.errors import ModelNotFound
from millrace.identity.permissions import Permission
from millrace.settings import settings


@operation(
    "GET /v1/models",
    summary="List models, in OpenAI's shape",
    tag="OpenAI",
    permission=Permission.models_read,
    answers={200: OpenAIModels},
)
def openai_models() -> OpenAIModels:
    """Those that you may ask."""
    return OpenAIModels(object="list", data=[_shown(model) for model in catalog().models.values() if _mine(model)])


@operation(
    "GET /v1/models/<path:id>",
    summary="Look at a model, in OpenAI's shape",
    tag="OpenAI",
    permission=Permission.models_read,
    answers={200: OpenAIModel, 404: OpenAIError},
)
def openai_model(id: str) -> OpenAIModel:
    """One of them."""
    found = catalog().models.get(id)
    if found is None or not _mine(found):
        raise ModelNotFound
    return _shown(found)


def _mine(model: Model) -> bool:
    allowed = caller().models
    return (allowed is None or model.name in allowed) and (model.private or not settings().local_only)


def _shown(model: Model) -> OpenAIModel:
    return OpenAIModel(id=model.name, object="model", created=0, owned_by=model.engine)
