"""The models that jobs can name."""

from api.auth import caller
from api.operations import operation
from api.shapes import ModelInfo, ModelList
from millrace.catalog.catalog import catalog
from millrace.identity.permissions import Permission


@operation(
    "GET /api/v1/models",
    summary="List models",
    tag="Models",
    permission=Permission.models_read,
    answers={200: ModelList},
)
def models() -> ModelList:
    """The models that you may ask, with the lane in which each one's jobs wait and what it can do."""
    data = [
        ModelInfo(
            id=model.name,
            object="model",
            engine=model.engine,
            lane=model.lane,
            capabilities=sorted(model.capabilities),
            context=model.context,
        )
        for model in catalog().models.values()
        if caller().models is None or model.name in (caller().models or ())
    ]
    return ModelList(object="list", data=data)
