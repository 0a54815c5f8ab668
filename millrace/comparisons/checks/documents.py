"""A check of an answer that is to be JSON: its keys, or a JSON Schema that may be hostile.

Of JSON Schema (2020-12) only what ends in time that grows with schema and answer: no references, which may go round in
circles or out into the network, and no patterns, which Python's engine could be made to run for ever.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from millrace.comparisons.checks.checking import Checking, Words

#: Keywords whose value is a schema, a list of schemas, schemas by name; and those that hold none.
ONE = frozenset({"items", "additionalProperties", "not", "contains"})
MANY = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
NAMED = frozenset({"properties"})
PLAIN = frozenset({
    "type", "enum", "const", "required", "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minProperties", "maxProperties", "minContains", "maxContains", "title",
    "description",
})  # fmt: skip

#: Levels of a schema, and the schemas within it.
DEPTH, SCHEMAS = 12, 200

FENCE = "```"


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for what is not taken, or no schema."""
    from jsonschema import Draft202012Validator, SchemaError

    if sum(1 for _ in _within(schema, DEPTH)) > SCHEMAS:
        raise ValueError(f"a schema has at most {SCHEMAS} others within it")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as failure:
        raise ValueError(f"no JSON Schema: {failure.message[:200]}") from None
    return schema


def _within(schema: Any, depth: int) -> Iterator[Any]:
    """The schema and those within it, `depth` levels down at most."""
    if depth == 0:
        raise ValueError(f"a schema has at most {DEPTH} levels")
    yield schema
    for keyword, value in schema.items() if isinstance(schema, dict) else ():
        if keyword not in ONE | MANY | NAMED | PLAIN:
            raise ValueError(f"the keyword {keyword[:40]!r} is not taken")
        for inner in _inner(keyword, value):
            yield from _within(inner, depth - 1)


def _inner(keyword: str, value: Any) -> list[Any]:
    if keyword in ONE:
        return [value]
    if keyword in MANY and isinstance(value, list):
        return value
    return list(value.values()) if keyword in NAMED and isinstance(value, dict) else []


class Json(Checking):
    """The answer is JSON and nothing else (a fence will do, unless `bare`), with these keys, of this schema."""

    kind: Literal["json"]
    keys: list[Words] = Field(default_factory=list, max_length=50)
    schema_: Annotated[dict[str, Any], AfterValidator(_bounded)] | None = Field(None, alias="schema")
    bare: bool = False

    def passes(self, answer: str) -> bool:
        try:
            document = json.loads(answer if self.bare else unfenced(answer))
            return self._has_keys(document) and self._fits(document)
        except (ValueError, RecursionError):
            return False

    def _has_keys(self, document: Any) -> bool:
        return not self.keys or (isinstance(document, dict) and set(self.keys) <= set(document))

    def _fits(self, document: Any) -> bool:
        if self.schema_ is None:
            return True
        from jsonschema import Draft202012Validator

        return bool(Draft202012Validator(self.schema_).is_valid(document))


def unfenced(answer: str) -> str:
    """What stands in the fence, where one is around the whole answer."""
    text = answer.strip()
    first, _, rest = text.partition("\n")
    return rest.removesuffix(FENCE) if first.startswith(FENCE) and rest.endswith(FENCE) else text
