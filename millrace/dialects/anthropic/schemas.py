"""JSON schemas as Anthropic's structured outputs take them: objects are closed, limits become words.

What it does not take is refused by it; its own SDK rewrites schemas in the same way.
"""

import json
from typing import Any

from millrace.dialects.given import wrong

#: Limits that it does not enforce and refuses; the model reads them in the description instead.
LIMITS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
#: Keywords under which schemas stand: one, a list of them, or some by name.
ONE = ("items", "not")
LISTS = ("anyOf", "allOf", "oneOf", "prefixItems")
NAMED = ("properties", "$defs", "definitions")
#: Schemas in schemas.
DEEPEST = 100


def closed(schema: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """The schema, made anew. Raises InvalidField where it is nested too deep."""
    if depth > DEEPEST:
        raise wrong("response_format.json_schema.schema", f"must not be nested deeper than {DEEPEST} levels")
    found = {name: _below(name, value, depth) for name, value in schema.items() if name not in LIMITS}
    if "properties" in found or schema.get("type") == "object":
        found["additionalProperties"] = False
    said = {name: schema[name] for name in LIMITS if name in schema}
    if said:
        words = [schema["description"]] if isinstance(schema.get("description"), str) else []
        found["description"] = "\n\n".join([*words, json.dumps(said)])
    return found


def _below(name: str, value: Any, depth: int) -> Any:
    if name in ONE and isinstance(value, dict):
        return closed(value, depth + 1)
    if name in LISTS and isinstance(value, list):
        return [closed(item, depth + 1) if isinstance(item, dict) else item for item in value]
    if name in NAMED and isinstance(value, dict):
        return {key: closed(item, depth + 1) if isinstance(item, dict) else item for key, item in value.items()}
    return value
