"""Tools of a Responses request as a chat's: the same, but flat. All raise InvalidField."""

from typing import Any

from millrace.dialects.given import a_name, kind_of, objects, present, wrong

FIELDS = {"function": ("name", "description", "parameters", "strict"), "custom": ("name", "description", "format")}


def tools_given(body: dict[str, Any]) -> dict[str, Any]:
    """`tools`, `tool_choice` and `parallel_tool_calls` for a chat; nothing where there are no tools."""
    tools = [_tool(tool, where) for where, tool in objects(body.get("tools"), "tools")]
    if not tools:
        return {}
    return present(
        tools=tools, tool_choice=_choice(body.get("tool_choice")), parallel_tool_calls=body.get("parallel_tool_calls")
    )


def _tool(tool: dict[str, Any], where: str) -> dict[str, Any]:
    kind = kind_of(tool)
    if kind not in FIELDS:
        raise wrong(f"{where}.type", f"is {kind[:50]!r}: only tools of your own, function or custom, can be used here")
    a_name(tool.get("name"), f"{where}.name")
    return {"type": kind, kind: present(**{name: tool.get(name) for name in FIELDS[kind]})}


def _choice(choice: Any) -> Any:
    if choice is None or choice in ("none", "auto", "required"):
        return choice
    kind = kind_of(choice) if isinstance(choice, dict) else ""
    if kind in FIELDS:
        return _named(choice, "tool_choice")
    if kind == "allowed_tools":
        tools = [_named(tool, where) for where, tool in objects(choice.get("tools"), "tool_choice.tools")]
        return {"type": kind, kind: {"mode": choice.get("mode") or "auto", "tools": tools}}
    raise wrong("tool_choice", "must be none, auto, required, or name a function")


def _named(tool: dict[str, Any], where: str) -> dict[str, Any]:
    kind = kind_of(tool)
    if kind not in FIELDS:
        raise wrong(f"{where}.type", "must be function or custom")
    return {"type": kind, kind: {"name": a_name(tool.get("name"), f"{where}.name")}}
