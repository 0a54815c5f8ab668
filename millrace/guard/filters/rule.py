"""A tenant's filter as data: what is looked for, on which side, and what becomes of what is found."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from millrace.errors import InvalidField

#: More rules than a tenant has use for.
RULES = 100

#: Entries of one list of words, and characters of one of them.
WORDS, WORD = 10_000, 200

#: Characters of one expression.
EXPRESSION = 1_000


class Side(StrEnum):
    PROMPT = "prompt"
    ANSWER = "answer"
    BOTH = "both"


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    action: Literal["flag", "block"] = "block"
    side: Side = Side.BOTH
    #: What `/v1/moderations` calls it; the rule's name unless given.
    category: str = Field(default="", max_length=100)

    @property
    def shown_category(self) -> str:
        return self.category or self.name


class Words(_Rule):
    """Words and phrases: whole ones, whatever their case."""

    kind: Literal["words"]
    words: list[Annotated[str, Field(min_length=1, max_length=WORD)]] = Field(min_length=1, max_length=WORDS)


class Expression(_Rule):
    """A regular expression, in RE2's syntax."""

    kind: Literal["expression"]
    expression: str = Field(min_length=1, max_length=EXPRESSION)


class Classified(_Rule):
    """What an installed classifier says, from a score on."""

    kind: Literal["classifier"]
    classifier: str = Field(min_length=1, max_length=100)
    threshold: float = Field(default=0.5, ge=0, le=1)


Rule = Words | Expression | Classified

_ADAPTER: TypeAdapter[list[Rule]] = TypeAdapter(
    Annotated[list[Annotated[Rule, Field(discriminator="kind")]], Field(max_length=RULES)]
)


def parsed(data: Any) -> list[Rule]:
    """The rules that a list of objects says. Raises InvalidField, which names the first that is wrong."""
    try:
        rules = _ADAPTER.validate_python(data)
    except ValidationError as failed:
        first = failed.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidField(f"rules.{place}: {first['msg']}", param="rules") from None
    _distinct([rule.name for rule in rules])
    return rules


def _distinct(names: list[str]) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        raise InvalidField(f"Two rules are named {min(twice)!r}: a verdict must say which it was.", param="rules")
