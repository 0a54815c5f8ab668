"""Tools and the choice among them, both ways."""

from typing import Any

from millrace.dialects.given import a_name, an_object, kind_of, objects, present, wrong

#: OpenAI's word: Anthropic's.
CHOICES = {"auto": "auto", "none": "none", "required": "any"}
MODES = {theirs: ours for ours, theirs in CHOICES.items()}
#: A tool without parameters.
NOTHING = {"type": "object", "properties": {}}


def tools_asked(body: dict[str, Any]) -> dict[str, Any]:
    """`tools` and `tool_choice` of a chat, as Anthropic's; nothing where it has no tools."""
    tools = [_tool(tool, where) for where, tool in objects(body.get("tools"), "tools")]
    if not tools:
        return {}
    choice, allowed = _choice(body.get("tool_choice"))
    if allowed is not None:
        tools = [tool for tool in tools if tool.get("name") in allowed]
    if body.get("parallel_tool_calls") is False and (choice or {}).get("type") != "none":
        choice = {"type": "auto"} | (choice or {}) | {"disable_parallel_tool_use": True}
    return present(tools=tools, tool_choice=choice)


def _tool(tool: dict[str, Any], where: str) -> dict[str, Any]:
    if tool.get("type") != "function":
        # A tool of Anthropic's own, such as its web search.
        return tool | {"type": a_name(tool.get("type"), f"{where}.type")}
    function = an_object(tool.get("function"), f"{where}.function")
    schema = an_object(function.get("parameters") or NOTHING, f"{where}.function.parameters")
    return {"name": a_name(function.get("name"), f"{where}.function.name"), "input_schema": schema} | present(
        description=function.get("description"),
        strict=function.get("strict") or None,
        cache_control=tool.get("cache_control"),
    )


def _choice(choice: Any) -> tuple[dict[str, Any] | None, set[str] | None]:
    """(Anthropic's choice, the names that alone are allowed)."""
    if choice is None:
        return None, None
    if isinstance(choice, str) and choice in CHOICES:
        return {"type": CHOICES[choice]}, None
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind == "function":
        function = an_object(choice.get("function"), "tool_choice.function")
        return {"type": "tool", "name": a_name(function.get("name"), "tool_choice.function.name")}, None
    if kind == "allowed_tools":
        allowed = an_object(choice.get("allowed_tools"), "tool_choice.allowed_tools")
        listed = objects(allowed.get("tools"), "tool_choice.allowed_tools.tools")
        names = {a_name(an_object(tool.get("function"), at).get("name"), at) for at, tool in listed}
        return {"type": CHOICES.get(str(allowed.get("mode")), "auto")}, names
    raise wrong("tool_choice", "must be auto, none, required, a function or allowed_tools")


def tools_given(body: dict[str, Any]) -> dict[str, Any]:
    """`tools`, `tool_choice` and `parallel_tool_calls` of a Messages request, as a chat's."""
    tools = [_function(tool, where) for where, tool in objects(body.get("tools"), "tools")]
    if not tools:
        return {}
    choice = body.get("tool_choice")
    parallel = None
    if choice is not None:
        choice = an_object(choice, "tool_choice")
        parallel = False if choice.get("disable_parallel_tool_use") is True else None
        choice = _mode(choice)
    return present(tools=tools, tool_choice=choice, parallel_tool_calls=parallel)


def _function(tool: dict[str, Any], where: str) -> dict[str, Any]:
    if tool.get("type") not in (None, "custom"):
        return tool
    schema = an_object(tool.get("input_schema"), f"{where}.input_schema")
    function = {"name": a_name(tool.get("name"), f"{where}.name"), "parameters": schema}
    function |= present(description=tool.get("description"), strict=tool.get("strict") or None)
    return {"type": "function", "function": function}


def _mode(choice: dict[str, Any]) -> Any:
    kind = kind_of(choice)
    if kind == "tool":
        return {"type": "function", "function": {"name": a_name(choice.get("name"), "tool_choice.name")}}
    if kind not in MODES:
        raise wrong("tool_choice.type", "must be one of auto, any, tool, none")
    return MODES[kind]
