"""From what was asked to the model that is to answer: the numbers are gathered here, `millrace.routing` decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from millrace.catalog.alias import Alias
from millrace.catalog.catalog import Catalog, Model, catalog
from millrace.errors import LocalOnly, ModelNotAllowed, ModelUnable
from millrace.jobs.candidates import Place, candidate, health, stands_for
from millrace.ledger.estimate import input_tokens, output_tokens
from millrace.routing import probes
from millrace.routing.choose import NoRoute, choose, obstacle
from millrace.routing.complexity import judge
from millrace.routing.needs import needs
from millrace.routing.values import EASY, Health, Policy, Route, Wanted
from millrace.settings import settings

#: Wanted of a model that is named where it says so; of one behind an alias only where some have it.
SOFT = "json"


@dataclass(frozen=True, slots=True)
class Asking:
    """A request to be routed. `capability`: what its endpoint needs; `allowed`: names that the caller may use."""

    name: str
    capability: str
    body: Mapping[str, Any]
    place: Place
    allowed: frozenset[str] | None


def some_model(name: str, capability: str) -> Model:
    """A model that the name may stand for, before anything else is looked at. Raises UnknownModel, ModelUnable."""
    found = catalog()
    alias = found.alias(name)
    models = stands_for(found, alias) if alias else [found.model(name)]
    able = [model for model in models if capability in model.capabilities]
    if not able:
        others = [model.name for model in found.models.values() if capability in model.capabilities]
        raise ModelUnable(f"{name} cannot do {capability}. These can: {', '.join(others[:10]) or 'none'}.")
    return able[0]


def route(asking: Asking) -> tuple[Model, Route]:
    """The model that answers, and why. Raises UnknownModel, ModelUnable, ModelNotAllowed, LocalOnly."""
    found = catalog()
    alias = found.alias(asking.name)
    models = stands_for(found, alias) if alias else _chain(found, found.model(asking.name))
    try:
        chosen = _aliased(asking, alias, models) if alias else _given(asking, models)
    except NoRoute as none:
        raise _refusal(asking, found, none) from None
    return found.models[chosen.model], chosen


def named(asking: Asking) -> Model:
    """The model of that name itself, however it does now: no alias, and no fallback. Raises as `route` does."""
    found = catalog()
    model = found.model(asking.name)
    try:
        _given(asking, [model])
    except NoRoute as none:
        raise _refusal(asking, found, none) from None
    return model


def _chain(found: Catalog, model: Model) -> list[Model]:
    return [model, *(found.models[name] for name in model.fallback)]


def _given(asking: Asking, models: list[Model]) -> Route:
    """The model that was named, or its fallback while it is out."""
    wanted = Wanted(asking.capability, frozenset({asking.capability, *needs(asking.body)} - {SOFT}))
    policy = Policy(asking.name, "given", allowed=asking.allowed, house=settings().local_only)
    if len(models) == 1:
        # Whether it fits into the context, the backend says best.
        return choose(wanted, [candidate(models[0], priced=False)], policy, {})
    wanted = replace(wanted, input_tokens=input_tokens(asking.body))
    return _probed(wanted, models, policy, health(models))


def _aliased(asking: Asking, alias: Alias, models: list[Model]) -> Route:
    if not models:
        raise NoRoute({})
    needed = frozenset({asking.capability, *needs(asking.body)})
    if SOFT in needed and not any(SOFT in model.capabilities for model in models):
        needed -= {SOFT}
    tokens = input_tokens(asking.body), min(output_tokens(asking.body, model.context, 1_000) for model in models)
    hard = judge(asking.body) if asking.capability != "embeddings" else EASY
    wanted = Wanted(asking.capability, needed, *tokens, hard)
    policy = Policy(
        alias.name, alias.aim, alias.models, asking.allowed, alias.private, settings().local_only, alias.patience
    )
    return _probed(wanted, models, policy, health(models, asking.place))


def _probed(wanted: Wanted, models: list[Model], policy: Policy, picture: dict[str, Health]) -> Route:
    """Of a model that was out, one job at a time tries whether it is back; the others take what comes next."""
    priced = policy.aim != "given"
    candidates, lanes = [candidate(each, priced=priced) for each in models], {each.name: each.lane for each in models}
    while True:
        chosen = choose(wanted, candidates, policy, picture)
        one = picture[chosen.model]
        if not one.probing or not chosen.chain or probes.take(lanes[chosen.model], chosen.model):
            return chosen
        picture = {**picture, chosen.model: replace(one, out=True, probing=False)}


def _refusal(asking: Asking, found: Catalog, none: NoRoute) -> ModelUnable | ModelNotAllowed | LocalOnly:
    kinds = {each.kind for each in none.obstacles.values()}
    first = next(iter(none.obstacles.values()), None)
    kind = first.kind if first and (asking.name in none.obstacles or len(kinds) == 1) else None
    if kind == "forbidden":
        return ModelNotAllowed()
    if kind == "leaves" and settings().local_only:
        return LocalOnly()
    said = "; ".join(f"{name} {each.says}" for name, each in list(none.obstacles.items())[:5])
    return ModelUnable(f"{said or f'{asking.name} stands for no model'}. {_instead(asking, found)}")


def _instead(asking: Asking, found: Catalog) -> str:
    """What would do."""
    wanted = Wanted(
        asking.capability, frozenset({asking.capability, *needs(asking.body)} - {SOFT}), input_tokens(asking.body)
    )
    policy = Policy(asking.name, "best", allowed=asking.allowed, house=settings().local_only)
    fit = [one.name for one in map(candidate, found.models.values()) if obstacle(one, wanted, policy) is None]
    return f"These would do: {', '.join(sorted(fit)[:10])}." if fit else "No model of the catalog would do."
