"""What each panel shows of a model: the length of its bar, and the words beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from millrace.comparisons.figures import Figures, Spread
from millrace.ledger.money import usd


@dataclass(frozen=True, slots=True)
class Value:
    """A bar up to `bar`, and a thin line on to `reach`; `says` stands beside it. None: nothing was measured."""

    bar: float | None
    says: str
    reach: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A panel. `better`: which bars are; `full`: what a bar of full length is, else the greatest of all."""

    title: str
    of: Callable[[Figures], Value]
    better: Literal["more", "less"]
    full: float | None = None
    kind: str = "bar"


NOTHING = Value(None, "-")


def _spread(found: Spread | None) -> Value:
    if found is None:
        return NOTHING
    return Value(found.p50, f"{duration(found.p50)} / {duration(found.p99)}", found.p99)


def _speed(found: Figures) -> Value:
    rate = found.tokens_per_second
    return NOTHING if rate is None else Value(rate.value, speed(rate.value, rate.n, found.estimated))


def _errors(found: Figures) -> Value:
    errors = sum(found.errors.values())
    asked = errors + found.succeeded
    return Value(errors / asked, f"{errors} of {asked}") if asked else NOTHING


def _cost(found: Figures) -> Value:
    return Value(float(found.nanos), f"${usd(found.nanos)}") if found.ended else NOTHING


def _quality(found: Figures) -> Value:
    quality = found.quality
    return NOTHING if quality is None else Value(quality.score, f"{share(quality.score)} of {quality.n}")


def duration(seconds: float) -> str:
    """`8 ms`, `420 ms`, `1.3 s`; times are measured in whole milliseconds."""
    if seconds < 0.001:
        return "<1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{number(seconds)} s"


def number(value: float) -> str:
    """Two or three digits that matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def speed(value: float, n: int, estimated: int) -> str:
    """`42.0 (of 7)`: over so many answers; `~` where tokens were estimated."""
    return f"{'~' if estimated else ''}{number(value)} (of {n})"


def share(value: float) -> str:
    """`85 %`."""
    return f"{100 * value:.0f} %"


MEASURES = (
    Measure("First token (p50 / p99)", lambda found: _spread(found.first_token), "less"),
    Measure("Whole answer (p50 / p99)", lambda found: _spread(found.seconds), "less"),
    Measure("Output tokens a second", _speed, "more"),
    Measure("Errors", _errors, "less", 1.0, "bad"),
    Measure("Cost of all calls", _cost, "less"),
    Measure("Quality (of so many answers)", _quality, "more", 1.0),
)
