"""What a choice is made of, and what it is: values, so that choosing is a pure function of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from millrace.routing.complexity import Complexity

Aim = Literal["best", "fast", "cheap", "given"]


EASY = Complexity(0.0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request needs of a model: `endpoint` is the capability to answer there, one of `needs`; tokens are
    estimates."""

    endpoint: str
    needs: frozenset[str]
    input_tokens: int = 0
    output_tokens: int = 0
    complexity: Complexity = EASY


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may be chosen. `quality` from 0 to 100; `input` and `output` are dollars per million tokens.
    """

    name: str
    capabilities: frozenset[str]
    context: int
    quality: float
    input: float = 0.0
    output: float = 0.0
    private: bool = False
    fallback: tuple[str, ...] = ()
    #: True where the catalog says what it can do; else only what an endpoint needs is asked for.
    declared: bool = True

    def cost(self, wanted: Wanted) -> float:
        """Dollars that the request would cost at the most."""
        return (self.input * wanted.input_tokens + self.output * wanted.output_tokens) / 1e6


@dataclass(frozen=True, slots=True)
class Health:
    """How a model does now. `out`: its breaker is open; `probing`: it was, and one job at a time tries it.

    `seconds` a job takes, `wait` before one starts (both None while nothing was measured), `errors` from 0 to 1.
    """

    out: bool = False
    probing: bool = False
    seconds: float | None = None
    wait: float | None = None
    errors: float = 0.0


WELL = Health()


@dataclass(frozen=True, slots=True)
class Policy:
    """What the caller may have and wants: `name` as it was asked, `models` to choose among (None: all there are).

    `allowed`: the names that the tenant or its key may use (None: any). `private`: nothing leaves the house. `house`:
    the platform as a whole lets nothing leave it (LOCAL_ONLY).
    """

    name: str
    aim: Aim
    models: tuple[str, ...] | None = None
    allowed: frozenset[str] | None = None
    private: bool = False
    house: bool = False
    #: Seconds of waiting in a lane from which on a model is passed over for another that will do.
    patience: float = 30.0


@dataclass(frozen=True, slots=True)
class Route:
    """The model that is to answer, those that do instead while it is out, and why."""

    model: str
    chain: tuple[str, ...]
    why: str
    asked: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with the job. `chain` has every model that may answer, the chosen one first."""
        return {"asked": self.asked, "why": self.why, "chain": [self.model, *self.chain]}


Picture = Mapping[str, Health]
