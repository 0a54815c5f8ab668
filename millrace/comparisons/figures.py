"""What is said of a model: percentiles, speed, errors, cost and quality, each with how many answers it comes from."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

#: Milliseconds after the first token that say something of a model's speed: workers look at a backend's stream every
#: 40 ms (millrace/engines/http/reply.py), so its end is seen so much too late at the worst.
TELLING = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a comparison, and what came of it: `outcome` None until it has ended. Times are in milliseconds."""

    model: str
    prompt: str
    category: str
    weight: float
    outcome: str | None = None
    error_code: str | None = None
    score: float | None = None
    cut: bool | None = None
    first_ms: int | None = None
    ran_ms: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    estimated: bool | None = None
    nanos: int | None = None


class Spread(BaseModel):
    """Percentiles by the nearest rank: each is a value that was measured. `n`: of so many answers."""

    p50: float
    p99: float
    n: int


class Rate(BaseModel):
    """A ratio of sums, over `n` answers."""

    value: float
    n: int


class Score(BaseModel):
    """From 0 to 1, over `n` answers."""

    category: str
    score: float
    n: int


class Quality(BaseModel):
    """The share of weight that passed; by category; and the prompts of which some answer did not pass whole."""

    score: float
    n: int
    categories: list[Score]
    missed: list[str]


class Figures(BaseModel):
    """Of one model. None where nothing was measured. `cut`: answers that ended at max_tokens; `estimated`: whose tokens
    the backend did not count. `nanos`: what its calls cost, errors included."""

    model: str
    jobs: int
    ended: int
    succeeded: int
    cancelled: int
    errors: dict[str, int]
    cut: int
    estimated: int
    input_tokens: int
    output_tokens: int
    nanos: int
    first_token: Spread | None
    seconds: Spread | None
    tokens_per_second: Rate | None
    quality: Quality | None


def figures(models: Iterable[str], calls: Iterable[Call]) -> list[Figures]:
    """In the order of the models."""
    by_model: dict[str, list[Call]] = {model: [] for model in models}
    for call in calls:
        by_model[call.model].append(call)
    return [of_model(model, found) for model, found in by_model.items()]


def of_model(model: str, calls: Sequence[Call]) -> Figures:
    ended = [call for call in calls if call.outcome is not None]
    answers = [call for call in ended if call.outcome == "succeeded"]
    failed = [call for call in ended if call.outcome in ("failed", "expired")]
    return Figures(
        model=model,
        jobs=len(calls),
        ended=len(ended),
        succeeded=len(answers),
        cancelled=sum(call.outcome == "cancelled" for call in ended),
        errors=dict(Counter(call.error_code or str(call.outcome) for call in failed).most_common()),
        cut=sum(bool(call.cut) for call in answers),
        estimated=sum(bool(call.estimated) for call in answers),
        input_tokens=sum(call.input_tokens or 0 for call in ended),
        output_tokens=sum(call.output_tokens or 0 for call in ended),
        nanos=sum(call.nanos or 0 for call in ended),
        first_token=_spread(answers, lambda call: call.first_ms),
        seconds=_spread(answers, lambda call: call.ran_ms),
        tokens_per_second=_speed(answers),
        quality=_quality(answers),
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The least of these, which are in order, that so many in a hundred do not exceed (the nearest rank)."""
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)]


def _spread(answers: Sequence[Call], of: Callable[[Call], int | None]) -> Spread | None:
    ordered = sorted(ms / 1000 for ms in map(of, answers) if ms is not None)
    return Spread(p50=percentile(ordered, 50), p99=percentile(ordered, 99), n=len(ordered)) if ordered else None


def _speed(answers: Sequence[Call]) -> Rate | None:
    """Tokens after the first, over the seconds after the first: of all answers together that are long enough."""
    timed = [
        (call.output_tokens - 1, call.ran_ms - call.first_ms)
        for call in answers
        if call.first_ms is not None and call.ran_ms is not None and call.output_tokens
    ]
    timed = [(tokens, ms) for tokens, ms in timed if ms >= TELLING and tokens]
    tokens, seconds = sum(each for each, _ in timed), sum(ms for _, ms in timed) / 1000
    return Rate(value=round(tokens / seconds, 2), n=len(timed)) if timed else None


def _quality(answers: Sequence[Call]) -> Quality | None:
    checked = [call for call in answers if call.score is not None]
    if not checked:
        return None
    categories = sorted({call.category for call in checked})
    return Quality(
        score=_mean(checked),
        n=len(checked),
        categories=[
            Score(category=each, score=_mean(found), n=len(found))
            for each in categories
            if (found := [call for call in checked if call.category == each])
        ],
        missed=sorted({call.prompt for call in checked if (call.score or 0.0) < 1.0}),
    )


def _mean(calls: Sequence[Call]) -> float:
    """Of their scores, by the weight of their prompts."""
    weight = sum(call.weight for call in calls)
    return round(sum(call.weight * (call.score or 0.0) for call in calls) / weight, 4)
