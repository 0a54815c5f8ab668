"""Values that fit a JSON schema: what a model that is held to one would answer, the same every time."""

from typing import Any

SIMPLE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}
FORMATS = {"date": "2026-11-20", "date-time": "2026-11-20T12:00:00Z", "email": "a@example.com", "uuid": "0" * 8}


def fitting(schema: Any, root: Any = None, depth: int = 0) -> Any:
    """A value for it; nothing much where it is nested beyond reason, or is no schema."""
    root = schema if root is None else root
    if not isinstance(schema, dict) or depth > 20:
        return None
    if "$ref" in schema:
        return fitting(_referred(schema["$ref"], root), root, depth + 1)
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    for name in ("anyOf", "oneOf", "allOf"):
        if schema.get(name):
            return fitting(schema[name][0], root, depth + 1)
    return _of_type(schema, root, depth)


def _of_type(schema: dict[str, Any], root: Any, depth: int) -> Any:
    kind = schema.get("type") or ("object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: fitting(below, root, depth + 1) for name, below in (schema.get("properties") or {}).items()}
    if kind == "array":
        return [fitting(schema.get("items") or {}, root, depth + 1)] * max(1, schema.get("minItems") or 0)
    if kind == "string":
        return FORMATS.get(str(schema.get("format")), SIMPLE["string"])
    return max(SIMPLE.get(kind, ""), schema["minimum"]) if "minimum" in schema else SIMPLE.get(kind)


def _referred(path: str, root: Any) -> Any:
    for name in path.removeprefix("#/").split("/") if path != "#" else ():
        root = root.get(name) if isinstance(root, dict) else None
    return root
