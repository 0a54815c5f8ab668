"""`/v1/models`, as OpenAI's clients list them."""

from api.auth import caller
from api.operations import operation
from api.v1.shapes import OpenAIError, OpenAIModel, OpenAIModels
from millrace.catalog.alias import Alias
from millrace.catalog.catalog import Catalog, Model, catalog
from millrace.errors import ModelNotFound
from millrace.identity.permissions import Permission
from millrace.jobs.candidates import stands_for
from millrace.settings import settings


@operation(
    "GET /v1/models",
    summary="List models, in OpenAI's shape",
    tag="OpenAI",
    permission=Permission.models_read,
    answers={200: OpenAIModels},
)
def openai_models() -> OpenAIModels:
    """Those that you may ask, then the aliases that stand for any of them: requests may name either."""
    found = catalog()
    data = [_shown(model) for model in found.models.values() if _mine(model)]
    aliases = [_shown_alias(alias, theirs) for alias in found.aliases.values() if (theirs := _mine_of(found, alias))]
    return OpenAIModels(object="list", data=data + aliases)


@operation(
    "GET /v1/models/<path:id>",
    summary="Look at a model, in OpenAI's shape",
    tag="OpenAI",
    permission=Permission.models_read,
    answers={200: OpenAIModel, 404: OpenAIError},
)
def openai_model(id: str) -> OpenAIModel:
    """One of them."""
    found = catalog()
    model, alias = found.models.get(id), found.alias(id)
    if model is not None and _mine(model):
        return _shown(model)
    if alias is not None and (theirs := _mine_of(found, alias)):
        return _shown_alias(alias, theirs)
    raise ModelNotFound


def _mine(model: Model) -> bool:
    allowed = caller().models
    return (allowed is None or model.name in allowed) and (model.private or not settings().local_only)


def _mine_of(found: Catalog, alias: Alias) -> list[str]:
    """The models that the caller may be given under this name."""
    return [each.name for each in stands_for(found, alias) if _mine(each) and (each.private or not alias.private)]


def _shown(model: Model) -> OpenAIModel:
    return OpenAIModel(id=model.name, object="model", created=0, owned_by=model.engine)


def _shown_alias(alias: Alias, models: list[str]) -> OpenAIModel:
    return OpenAIModel(id=alias.name, object="model", created=0, owned_by="millrace", alias_of=models)
