"""A graded prompt, and sets of them: the shipped one, or a caller's own."""

import json
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from millrace.comparisons.checks import Check
from millrace.errors import InvalidField

#: Prompts of one set; characters of one.
MOST, LONGEST = 200, 8_000

#: Names lie in clear: in the metadata of jobs, and in summaries.
Named = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Prompt(BaseModel):
    """What is asked, and what the answer is checked for. Without checks it is timed and not graded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Named
    category: Named = "other"
    system: Text | None = None
    prompt: Text
    checks: list[Check] = Field(default_factory=list, max_length=8)
    weight: float = Field(1.0, gt=0, le=100, description="Its part of the score; a check has one within its prompt.")

    def messages(self) -> list[dict[str, str]]:
        """As a chat has them."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, {"role": "user", "content": self.prompt}]


Prompts = Annotated[list[Prompt], Field(min_length=1, max_length=MOST)]

_ADAPTER: TypeAdapter[list[Prompt]] = TypeAdapter(Prompts)


def parsed(data: Any) -> list[Prompt]:
    """The prompts that a list of objects says. Raises InvalidField, which names the first that is wrong."""
    try:
        return distinct(_ADAPTER.validate_python(data))
    except ValidationError as failed:
        first = failed.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidField(f"prompts.{place}: {first['msg']}", param="prompts") from None


def distinct(prompts: list[Prompt]) -> list[Prompt]:
    """These, whose ids must differ. Raises InvalidField."""
    names = [each.id for each in prompts]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InvalidField(f"prompts: two have the id {min(twice)!r}.", param="prompts")
    return prompts


@lru_cache
def shipped() -> tuple[Prompt, ...]:
    """Those of prompts.toml."""
    return tuple(parsed(tomllib.loads(files(__package__).joinpath("prompts.toml").read_text("utf-8"))["prompts"]))


def dumped(prompts: Sequence[Prompt]) -> str:
    """As they are kept, and hashed: JSON."""
    return json.dumps([each.model_dump(by_alias=True, exclude_defaults=True) for each in prompts], sort_keys=True)
