"""Routing: what the alias `cheap` costs beside always asking the best model, on a published set of prompts.

No model is asked. bench/routing_prompts.jsonl has for each prompt the tokens of an answer, and whether a small model's
answer would be judged enough (`enough`): both are the judgement of who wrote the prompts, made before the scores were
looked at, and measured by nobody. So the cost is arithmetic, and the quality an assumption; docs/routing.md. The
weights were tuned on every second prompt, from the first on; the rows are of the others, which were held out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.result import Row
from millrace.ledger.estimate import input_tokens
from millrace.routing.choose import choose
from millrace.routing.complexity import judge
from millrace.routing.values import Candidate, Policy, Wanted

PROMPTS = Path(__file__).with_name("routing_prompts.jsonl")

CHAT = frozenset({"chat"})

#: A vendor's large, middle and small model, at the prices that such had in 2026, in dollars per million tokens.
MODELS = (
    Candidate("large", CHAT, 200_000, quality=95, input=2.5, output=10.0),
    Candidate("middle", CHAT, 200_000, quality=70, input=0.4, output=1.6),
    Candidate("small", CHAT, 128_000, quality=45, input=0.1, output=0.4),
)
BEST, SMALL = MODELS[0], MODELS[-1]


@dataclass(frozen=True, slots=True)
class Routed:
    """A prompt, what was chosen for it, and what that costs in dollars, beside the best and the ideal choice."""

    enough: bool
    model: str
    cost: float
    best: float
    ideal: float


def run(quick: bool) -> list[Row]:
    """The whole set takes milliseconds, so quick is the same."""
    del quick
    found = list(routed("cheap"))[1::2]
    enough = [one for one in found if one.enough]
    hard = [one for one in found if not one.enough]
    best = sum(one.best for one in found) / 100
    return [
        Row("cost of `cheap`", sum(one.cost for one in found) / best, "%", 100.0, "always the best model"),
        Row("cost of an ideal choice by the labels", sum(one.ideal for one in found) / best, "%", 100.0, "the same"),
        Row("prompts for which a small answer is enough (assumed)", _share(len(enough), len(found)), "%"),
        Row("prompts that go to the small model", _share(_to(found, "small"), len(found)), "%"),
        Row("prompts that go to the large model", _share(_to(found, "large"), len(found)), "%"),
        Row("of those that need more, sent to the small model", _share(_to(hard, "small"), len(hard)), "%"),
        Row("of those that need more, sent to the large model", _share(_to(hard, "large"), len(hard)), "%"),
        Row("of those for which small is enough, sent there", _share(_to(enough, "small"), len(enough)), "%"),
        Row("prompts held out", float(len(found)), ""),
    ]


def routed(aim: str) -> Iterator[Routed]:
    """Each prompt of the set, as the alias of that aim routes it."""
    policy = Policy(aim, aim)  # type: ignore[arg-type]
    prices = {model.name: model for model in MODELS}
    for line in PROMPTS.read_text(encoding="utf-8").splitlines():
        prompt: dict[str, Any] = json.loads(line)
        body = {"messages": prompt["messages"]}
        wanted = Wanted("chat", CHAT, input_tokens(body), prompt["output_tokens"], judge(body))
        model = choose(wanted, MODELS, policy, {}).model
        ideal = SMALL if prompt["enough"] else BEST
        costs = [each.cost(wanted) for each in (prices[model], BEST, ideal)]
        yield Routed(prompt["enough"], model, *costs)


def _to(found: list[Routed], model: str) -> int:
    return sum(one.model == model for one in found)


def _share(part: int, whole: int) -> float:
    return 100 * part / whole
