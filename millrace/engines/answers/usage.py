"""Tokens used: as the backend counted them, else estimated from the bytes."""

from typing import Any

from millrace.engines.engine import Usage

#: Bytes of text that make a token, on average over the usual vocabularies and English.
BYTES_A_TOKEN = 4
#: A count beyond this is the backend's error.
MOST = 1_000_000_000


def counted(raw: object) -> Usage | None:
    """OpenAI's `usage` object as ours; None where it says nothing."""
    if not isinstance(raw, dict) or not ({"prompt_tokens", "completion_tokens"} & raw.keys()):
        return None
    return Usage(
        input_tokens=_count(raw, "prompt_tokens"),
        output_tokens=_count(raw, "completion_tokens"),
        cached_tokens=_count(raw.get("prompt_tokens_details"), "cached_tokens"),
        reasoning_tokens=_count(raw.get("completion_tokens_details"), "reasoning_tokens"),
    )


def estimated(input_bytes: int, output_bytes: int) -> Usage:
    """A guess, marked as one."""
    return Usage(-(-input_bytes // BYTES_A_TOKEN), -(-output_bytes // BYTES_A_TOKEN), estimated=True)


def as_body(usage: Usage, *, embeddings: bool = False) -> dict[str, Any]:
    """OpenAI's `usage` object; an estimate carries `estimated: true` besides."""
    body: dict[str, Any] = {"prompt_tokens": usage.input_tokens}
    if not embeddings:
        body["completion_tokens"] = usage.output_tokens
    body["total_tokens"] = usage.input_tokens + usage.output_tokens
    if usage.cached_tokens:
        body["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    if usage.reasoning_tokens:
        body["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return body | ({"estimated": True} if usage.estimated else {})


def _count(raw: object, name: str) -> int:
    value = raw.get(name) if isinstance(raw, dict) else None
    return value if type(value) is int and 0 <= value <= MOST else 0
