"""Why an answer ended, both ways."""

from typing import Any

#: Anthropic's `stop_reason`: OpenAI's `finish_reason`.
FINISHED = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

STOPPED = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}


def finish_reason(stop_reason: Any) -> str:
    """OpenAI's; a reason that we do not know is an end like any other."""
    return FINISHED.get(str(stop_reason), "stop")


def stopped(choice: dict[str, Any]) -> dict[str, Any]:
    """Anthropic's `{stop_reason, stop_sequence}` of a chat's choice.

    Which stop sequence it was, OpenAI does not tell; our Anthropic engine and vLLM do, as `stop_reason`.
    """
    found, sequence = STOPPED.get(str(choice.get("finish_reason")), "end_turn"), choice.get("stop_reason")
    if found == "end_turn" and isinstance(sequence, str) and sequence:
        return {"stop_reason": "stop_sequence", "stop_sequence": sequence}
    return {"stop_reason": found, "stop_sequence": None}
