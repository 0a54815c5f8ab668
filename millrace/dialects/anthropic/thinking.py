"""How hard a model is to think: OpenAI's `reasoning_effort`, Anthropic's `effort` and `thinking`.

Since Claude 4.6 a model decides itself how long it thinks ("adaptive"), and `effort` guides it; those before want a
budget of tokens; and some cannot think. The catalog says which, as `options.thinking`.
"""

from typing import Any

from millrace.dialects.given import wrong

#: OpenAI's efforts: Anthropic's.
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}
#: And in tokens, for models that want a budget.
BUDGETS = {"low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 24_576, "max": 32_000}
#: Anthropic takes no budget below this.
LEAST_BUDGET = 1_024

KINDS = ("adaptive", "budget", "none")


def thinking_asked(body: dict[str, Any], kind: str, most: int, *, free: bool) -> dict[str, Any]:
    """`thinking` and `output_config.effort` for a chat of at most `most` tokens.

    `free`: no tool is forced on the model; one that is forced may not think.
    """
    if isinstance(body.get("thinking"), dict):
        return {"thinking": body["thinking"]}
    effort = body.get("reasoning_effort")
    if effort is None or kind == "none":
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if not isinstance(effort, str) or effort not in EFFORTS:
        raise wrong("reasoning_effort", f"must be one of none, {', '.join(EFFORTS)}")
    if kind == "budget":
        budget = min(BUDGETS[EFFORTS[effort]], most - 1)
        return {"thinking": {"type": "enabled", "budget_tokens": budget}} if free and budget >= LEAST_BUDGET else {}
    thinking = {"thinking": {"type": "adaptive", "display": "summarized"}} if free else {}
    return {"output_config": {"effort": EFFORTS[effort]}, **thinking}


def effort_given(body: dict[str, Any]) -> str | None:
    """The `reasoning_effort` that a Messages request stands for, where it says how hard."""
    config, thinking = body.get("output_config"), body.get("thinking")
    effort = config.get("effort") if isinstance(config, dict) else None
    if isinstance(effort, str) and effort in EFFORTS:
        return effort
    budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
    if type(budget) is not int:
        return None
    return next((name for name, tokens in BUDGETS.items() if budget <= tokens), "max")
