"""The models that jobs can name, and how each does now."""

from api.auth import caller
from api.operations import operation
from api.shapes import AliasInfo, ModelInfo, ModelList, ModelPaused, ModelPrice
from millrace.catalog.catalog import Catalog, Model, catalog
from millrace.identity.permissions import Permission
from millrace.jobs.candidates import charged
from millrace.routing.measures import measures, served
from millrace.routing.pauses import pauses
from millrace.settings import settings


@operation(
    "GET /api/v1/models",
    summary="List models",
    tag="Models",
    permission=Permission.models_read,
    answers={200: ModelList},
)
def models() -> ModelList:
    """The models that you may ask, what each can do and costs, and how it does now; and the aliases, behind which one
    is chosen for each request."""
    found = catalog()
    data = [_info(found, model) for model in found.models.values() if _mine(model)]
    mine = {model.id for model in data}
    aliases = [
        AliasInfo(id=alias.name, aim=alias.aim, private=alias.private, models=[n for n in alias.models if n in mine])
        if alias.models is not None
        else AliasInfo(id=alias.name, aim=alias.aim, private=alias.private, models=None)
        for alias in found.aliases.values()
    ]
    return ModelList(object="list", data=data, aliases=aliases)


def _mine(model: Model) -> bool:
    allowed = caller().models
    return (allowed is None or model.name in allowed) and (model.private or not settings().local_only)


def _info(found: Catalog, model: Model) -> ModelInfo:
    processes, slots = served().get(model.lane, (0, None))
    measure = measures().get(model.name)
    pause = _pause(model)
    return ModelInfo(
        id=model.name,
        object="model",
        engine=model.engine,
        lane=model.lane,
        capabilities=sorted(model.capabilities),
        context=model.context,
        max_output=model.max_output,
        private=model.private,
        price=_price(model),
        fallback=list(model.fallback),
        aliases=[alias.name for alias in found.aliases.values() if _stands_for(alias.models, model)],
        loaded=processes > 0 and pause is None,
        slots=slots if slots is not None else processes * found.lanes[model.lane].slots,
        first_token_seconds=_rounded(measure.first if measure else None),
        seconds=_rounded(measure.seconds if measure else None),
        error_rate=_rounded(measure.errors if measure else None),
        paused=pause,
    )


def _stands_for(models: tuple[str, ...] | None, model: Model) -> bool:
    return model.engine != "demo" if models is None else model.name in models


def _price(model: Model) -> ModelPrice | None:
    known = charged(model)
    return ModelPrice(input=known.input, output=known.output, cached=known.cached) if known else None


def _pause(model: Model) -> ModelPaused | None:
    known = pauses().get((model.lane, model.name))
    if known is None:
        return None
    return ModelPaused(until=int(known.until.timestamp()), reason=known.reason, trying=not known.open)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
