"""The catalog's models as routing sees them: with their price, their quality, and how they do now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from millrace import db
from millrace.catalog.alias import Alias
from millrace.catalog.catalog import Catalog, Model
from millrace.catalog.quality import quality
from millrace.errors import DatabaseUnavailable
from millrace.jobs import position
from millrace.recent import Recent
from millrace.routing.measures import measures
from millrace.routing.pauses import pauses
from millrace.routing.values import Candidate, Health

_PRICES = """
SELECT DISTINCT ON (model) model, input_nanos::float8 / 1000, output_nanos::float8 / 1000,
    cached_input_nanos::float8 / 1000
FROM prices WHERE valid_from <= now() AND (valid_until IS NULL OR valid_until > now()) ORDER BY model, valid_from DESC
"""

#: Behind everybody else of its class: where a job without a deadline stands the moment it is accepted.
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Charged:
    """What a model costs, in dollars per million tokens."""

    input: float
    output: float
    cached: float | None


Prices = dict[str, Charged]


def _read(_last: Prices) -> Prices:
    return {model: Charged(*charged) for model, *charged in db.call(_PRICES)}


_charged: Recent[Prices] = Recent(_read, {}, fresh=5.0, stale=10.0)


def charged(model: Model) -> Charged | None:
    """What is charged for it, or else what its entry says that it costs; None where nobody has said."""
    known = _charged().get(model.name)
    if known is None and model.price is not None:
        return Charged(model.price.input, model.price.output, model.price.cached)
    return known


def candidate(model: Model, *, priced: bool = True) -> Candidate:
    """As routing sees it; not `priced` where nothing is to be compared."""
    price = charged(model) if priced else None
    return Candidate(
        name=model.name,
        capabilities=model.capabilities,
        context=model.context,
        quality=quality(model, price.output if price else None),
        input=price.input if price else 0.0,
        output=price.output if price else 0.0,
        private=model.private,
        fallback=model.fallback,
        declared="capabilities" in model.model_fields_set,
    )


def stands_for(catalog: Catalog, alias: Alias) -> list[Model]:
    """What an alias chooses among; without models of its own all, but the demo is no answer where there is another."""
    if alias.models is not None:
        return [catalog.models[name] for name in alias.models if name in catalog.models]
    found = [model for model in catalog.models.values() if model.engine != "demo"]
    return found or list(catalog.models.values())


@dataclass(frozen=True, slots=True)
class Place:
    """In whose name, and in which class, a job would wait."""

    tenant: str
    of_class: int


def health(models: Iterable[Model], place: Place | None = None) -> dict[str, Health]:
    """How these do now, by name; with a `place`, also how long a job would wait there."""
    return {model.name: _health(model, place) for model in models}


def _health(model: Model, place: Place | None) -> Health:
    pause = pauses().get((model.lane, model.name))
    out, probing = (pause.open, not pause.open) if pause else (False, False)
    measure = measures().get(model.name) if place else None
    return Health(
        out=out,
        probing=probing,
        seconds=measure.seconds if measure else None,
        wait=_wait(model.lane, place) if place else None,
        errors=measure.errors if measure else 0.0,
    )


def _wait(lane: str, place: Place) -> float | None:
    try:
        picture = position.picture(lane)
    except DatabaseUnavailable:
        return None
    return picture.eta(picture.place(place.tenant, place.of_class, LAST))
