"""What is to be compared."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from millrace.comparisons.prompt import Prompt, dumped
from millrace.errors import InvalidField

#: Jobs of one comparison at the most.
MOST_JOBS = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every prompt to every model, `rounds` times. `prompt_set`: what the prompts are called, `default` or `inline`.
    `within`: seconds after which what has not ended is an error."""

    models: Sequence[str]
    prompts: Sequence[Prompt]
    prompt_set: str
    rounds: int
    max_tokens: int
    temperature: float | None
    within: float
    key: str | None = None

    @property
    def jobs(self) -> int:
        return len(self.models) * len(self.prompts) * self.rounds

    def described(self) -> str:
        """All that decides what is asked."""
        how = [list(self.models), self.rounds, self.max_tokens, self.temperature, self.within]
        return json.dumps([*how, dumped(self.prompts)])

    def check(self) -> None:
        """Raises InvalidField, which says how many jobs it would make."""
        if twice := {name for name in self.models if self.models.count(name) > 1}:
            raise InvalidField(f"models: {min(twice)[:200]!r} is there twice.", param="models")
        if self.jobs > MOST_JOBS:
            sizes = f"{len(self.models)} models x {len(self.prompts)} prompts x {self.rounds} rounds"
            raise InvalidField(
                f"{sizes} make {self.jobs} jobs, and a comparison has {MOST_JOBS} at the most. Ask for less of one.",
                param="rounds",
            )
