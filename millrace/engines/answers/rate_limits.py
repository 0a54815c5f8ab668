"""When a vendor's limit gives way, told by its headers: for a 429 that does not say how long to wait.

OpenAI: `x-ratelimit-remaining-requests: 0`, `x-ratelimit-reset-requests: 6m0s`. Anthropic:
`anthropic-ratelimit-input-tokens-remaining: 0`, `anthropic-ratelimit-input-tokens-reset: 2026-11-20T18:52:19Z`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from time import time

DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|d|h|m|s)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}

OPENAI, ANTHROPIC = "x-ratelimit-remaining-", "anthropic-ratelimit-"


def until_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until all limits that are used up have given way; None where none is said to be. Names in lower case."""
    waits = [wait for wait in _waits(headers) if wait is not None]
    return max(waits, default=None)


def _waits(headers: Mapping[str, str]) -> Iterator[float | None]:
    for name, value in headers.items():
        if value.strip() != "0":
            continue
        if name.startswith(OPENAI):
            yield _duration(headers.get(f"x-ratelimit-reset-{name.removeprefix(OPENAI)}", ""))
        elif name.startswith(ANTHROPIC) and name.endswith("-remaining"):
            yield _moment(headers.get(f"{name.removesuffix('-remaining')}-reset", ""))


def _duration(text: str) -> float | None:
    """`120ms`, `1s`, `6m0s`, or plain seconds."""
    found = DURATION.findall(text)
    if found and "".join(number + unit for number, unit in found) == text:
        return sum(float(number) * SECONDS[unit] for number, unit in found)
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _moment(text: str) -> float | None:
    """A moment as RFC 3339 writes it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - time())
