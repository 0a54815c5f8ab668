"""The models that jobs can name."""

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
    """Every model of the catalog, with the lane in which its jobs wait and what it can do."""
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
    ]
    return ModelList(object="list", data=data)
