"""From an answer in OpenAI's shape to a score."""

import json
from dataclasses import dataclass
from typing import Any

from millrace.comparisons.prompt import Prompt

#: Characters of an answer that are looked at.
LONGEST = 100_000

#: How some servers mark what a model thought before it answered.
THINKING, THOUGHT = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered; `cut`: it stopped because max_tokens were used up."""

    text: str
    cut: bool


def said(body: str) -> Said:
    """The first choice of a chat completion. An answer in any other shape says nothing."""
    document = json.loads(body)
    choices = document.get("choices") if isinstance(document, dict) else None
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    message = first.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    text = content if isinstance(content, str) else ""
    return Said(answered(text)[:LONGEST], first.get("finish_reason") == "length")


def answered(text: str) -> str:
    """Without what the model thought aloud before; nothing where it never came to an answer."""
    if not text.lstrip().startswith(THINKING):
        return text
    return text.partition(THOUGHT)[2]


def score(prompt: Prompt, answer: str) -> float | None:
    """From 0 to 1: the share of the checks' weight that passed. None where there is nothing to check."""
    whole = sum(check.weight for check in prompt.checks)
    passed = sum(check.weight for check in prompt.checks if check.passes(answer))
    return passed / whole if whole else None


def graded(prompt: Prompt, body: str) -> dict[str, Any]:
    """`{score, cut}` of an answer."""
    found = said(body)
    return {"score": score(prompt, found.text), "cut": found.cut}
