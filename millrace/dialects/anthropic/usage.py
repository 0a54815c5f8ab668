"""Tokens used, both ways. Anthropic counts what it read from and wrote to its cache apart; OpenAI counts it in."""

from typing import Any

from millrace.dialects.said import count


def chat_usage(raw: Any) -> dict[str, Any] | None:
    """OpenAI's `usage` of Anthropic's; None where it counts nothing."""
    if not isinstance(raw, dict) or not ({"input_tokens", "output_tokens"} & raw.keys()):
        return None
    read, written = count(raw, "cache_read_input_tokens"), count(raw, "cache_creation_input_tokens")
    given, made = count(raw, "input_tokens") + read + written, count(raw, "output_tokens")
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": count(raw.get("output_tokens_details"), "thinking_tokens")},
    }


def message_usage(chat: Any) -> dict[str, Any]:
    """Anthropic's `usage` of OpenAI's."""
    raw = chat if isinstance(chat, dict) else {}
    details = raw.get("prompt_tokens_details")
    read, written = count(details, "cached_tokens"), count(details, "cache_write_tokens")
    thought = count(raw.get("completion_tokens_details"), "reasoning_tokens")
    usage = {
        "input_tokens": max(0, count(raw, "prompt_tokens") - read - written),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": count(raw, "completion_tokens"),
    }
    return usage | ({"output_tokens_details": {"thinking_tokens": thought}} if thought else {})
