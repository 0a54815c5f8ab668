"""The choice itself. Constraints first; then what is out; then what the policy aims at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from millrace.routing.complexity import Level
from millrace.routing.values import WELL, Candidate, Health, Picture, Policy, Route, Wanted

#: The part of the best candidate's quality that a request of that level is given at least, by aim.
ENOUGH: Mapping[str, Mapping[Level, float]] = {
    "cheap": {"easy": 0.0, "medium": 0.6, "hard": 0.85},
    "fast": {"easy": 0.0, "medium": 0.5, "hard": 0.7},
    "best": {"easy": 0.9, "medium": 0.95, "hard": 1.0},
}

#: Seconds that a model is taken to need of which nothing was measured.
UNKNOWN = 2.0

#: An estimate of tokens may be so many times too great: who names a model is believed.
SURELY = 2.0

#: Errors weigh as if every one cost the request so many more tries.
RETRIES = 3.0


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a model from answering a request, in words that follow its name."""

    kind: Literal["forbidden", "leaves", "unable", "short"]
    says: str


class NoRoute(Exception):
    """No candidate will do. `obstacles`: by name, what is in its way; the first is the one that was named."""

    def __init__(self, obstacles: Mapping[str, Obstacle]) -> None:
        super().__init__("; ".join(f"{name} {each.says}" for name, each in obstacles.items()))
        self.obstacles = obstacles


def choose(wanted: Wanted, candidates: Sequence[Candidate], policy: Policy, picture: Picture) -> Route:
    """The model for a request, and the chain that stands behind it. Raises NoRoute.

    `candidates`: of the aim `given`, the model that was named and its fallbacks, in their order. What is asked of a
    model of the house by its name stays in the house, whatever its fallbacks are.
    """
    obstacles = {each.name: obstacle(each, wanted, policy) for each in candidates}
    fit = [each for each in candidates if obstacles[each.name] is None]
    if not fit or (policy.aim == "given" and fit[0] is not candidates[0]):
        raise NoRoute({name: why for name, why in obstacles.items() if why})
    if policy.aim == "given":
        ranked = [each for each in fit if each.private or not fit[0].private]
    else:
        ranked = _ranked(wanted, fit, policy, picture)
    up = [each for each in ranked if not picture.get(each.name, WELL).out]
    chosen = up[0] if up else ranked[0]
    chain = _chain(chosen, [each for each in ranked if each is not chosen])
    why = _why(chosen, ranked, wanted, policy, picture, len(candidates))
    return Route(chosen.name, tuple(each.name for each in chain), why, policy.name)


def obstacle(candidate: Candidate, wanted: Wanted, policy: Policy) -> Obstacle | None:
    """What keeps a model from answering, or None."""
    if policy.allowed is not None and candidate.name not in policy.allowed:
        return Obstacle("forbidden", "is not among the models that you may use")
    if (policy.private or policy.house) and not candidate.private:
        return Obstacle("leaves", "lets requests leave the house")
    missing = sorted(wanted.needs - candidate.capabilities)
    if missing and (candidate.declared or wanted.endpoint in missing):
        return Obstacle("unable", f"cannot do {' and '.join(missing)}")
    if wanted.input_tokens > candidate.context * (SURELY if policy.aim == "given" else 1):
        says = f"has a context of {candidate.context} tokens, and the request about {wanted.input_tokens}"
        return Obstacle("short", says)
    return None


def _ranked(wanted: Wanted, fit: Sequence[Candidate], policy: Policy, picture: Picture) -> list[Candidate]:
    """Those that are good enough by what is aimed at, then the others by their quality."""
    most = max(each.quality for each in fit)
    enough = ENOUGH[policy.aim][wanted.complexity.level] * most

    def rank(each: Candidate) -> tuple[float, ...]:
        health = picture.get(each.name, WELL)
        late = (health.wait or 0.0) > policy.patience
        if each.quality < enough:
            return (2.0, -each.quality, each.cost(wanted))
        return (float(late), *_aimed(each, wanted, policy, health))

    return sorted(fit, key=lambda each: (*rank(each), each.name))


def _aimed(each: Candidate, wanted: Wanted, policy: Policy, health: Health) -> tuple[float, float, float]:
    seconds = (health.wait or 0.0) + (UNKNOWN if health.seconds is None else health.seconds)
    seconds *= 1 + RETRIES * health.errors
    cost = each.cost(wanted) * (1 + health.errors)
    if policy.aim == "cheap":
        return cost, seconds, -each.quality
    return (seconds, cost, -each.quality) if policy.aim == "fast" else (-each.quality, cost, seconds)


def _chain(chosen: Candidate, others: Sequence[Candidate]) -> list[Candidate]:
    """What its entry declares comes first, in that order."""
    declared = {name: place for place, name in enumerate(chosen.fallback)}
    return sorted(others, key=lambda each: declared.get(each.name, len(declared)))


def _why(
    chosen: Candidate, ranked: Sequence[Candidate], wanted: Wanted, policy: Policy, picture: Picture, count: int
) -> str:
    out = [each.name for each in ranked[: ranked.index(chosen)] if picture.get(each.name, WELL).out]
    paused = f"{', '.join(out)} is out" if out else ""
    if policy.aim == "given":
        return paused or "as asked"
    judged = wanted.complexity
    signs = f": {', '.join(judged.signs[:3])}" if judged.signs else ""
    parts = [policy.name, f"{judged.level} ({judged.score:.2f}{signs})", f"{len(ranked)} of {count} fit", paused]
    return "; ".join(part for part in parts if part)
