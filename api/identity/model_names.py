"""Models that a key or a tenant is limited to must be there."""

from collections.abc import Sequence

from millrace.catalog.catalog import catalog
from millrace.errors import UnknownModel


def known_models(names: Sequence[str] | None) -> None:
    """Raises UnknownModel."""
    for name in names or ():
        if name not in catalog().models:
            message = f"models: no model is named {name!r}. GET /api/v1/models lists those there are."
            raise UnknownModel(message, param="models")
