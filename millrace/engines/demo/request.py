"""What a request asks of the demo engine: its switches, and what it honours of OpenAI's fields."""

from dataclasses import dataclass
from typing import Any

from millrace.engines.failures import Refused

FAILURES = ("refused", "rate_limit", "bad_request", "server_error", "mid_stream", "hang", "garbage")
#: Tokens of an answer for which nobody said how long, and at most, all choices together.
TOKENS, MOST_TOKENS = 40, 100_000
#: Tokens of an answer that only `max_tokens` bounds: no model talks on just because it may.
LONG = 1_000
#: Tokens a second.
RATE = 50.0
#: Seconds that anything may be told to take.
LONGEST = 86_400.0


@dataclass(frozen=True, slots=True)
class Switches:
    """The body's `demo` object; docs/engines.md describes it."""

    tokens: int | None = None
    rate: float = RATE
    delay: float = 0.0
    fail: str | None = None
    fail_after: int = 3
    fail_attempts: int | None = None
    retry_after: float = 1.0
    loop_after: int | None = None
    stock: bool = False


def switches(body: dict[str, Any]) -> Switches:
    """Raises Refused, naming the switch that is wrong."""
    given = body.get("demo")
    if given is None:
        return Switches()
    if not isinstance(given, dict):
        raise Refused("demo must be an object.")
    unknown = [name for name in given if name not in Switches.__slots__]
    if unknown:
        raise Refused(f"demo has no switch {unknown[0][:40]!r}; it has {', '.join(Switches.__slots__)}.")
    if given.get("fail") not in (None, *FAILURES):
        raise Refused(f"demo.fail must be one of {', '.join(FAILURES)}.")
    if type(given.get("stock", False)) is not bool:
        raise Refused("demo.stock must be true or false.")
    names = ("tokens", "fail_after", "fail_attempts", "loop_after")
    whole = {name: _whole(given, name, 0, MOST_TOKENS, "demo.") for name in names}
    numbers = {name: _number(given, name) for name in ("rate", "delay", "retry_after")}
    found = {name: value for name, value in (whole | numbers).items() if value is not None}
    return Switches(fail=given.get("fail"), stock=given.get("stock", False), **found)  # type: ignore[arg-type]


def length(body: dict[str, Any], wanted: Switches, choices: int) -> tuple[int, str]:
    """(tokens, finish_reason) of each choice. Raises Refused."""
    names = ("max_completion_tokens", "max_tokens")
    most = next((found for name in names if (found := _whole(body, name, 1, 10**9)) is not None), None)
    tokens = wanted.tokens if wanted.tokens is not None else min(most or TOKENS, LONG, MOST_TOKENS // choices)
    if most is not None and most <= tokens:
        return most, "length" if wanted.tokens is None or most < tokens else "stop"
    if tokens * choices > MOST_TOKENS:
        raise Refused(f"The demo makes at most {MOST_TOKENS} tokens a call.")
    return tokens, "stop"


def seed(body: dict[str, Any]) -> int:
    """`seed`. Raises Refused."""
    return _whole(body, "seed", -(2**63), 2**64) or 0


def choices(body: dict[str, Any]) -> int:
    """`n`. Raises Refused."""
    return _whole(body, "n", 1, 128) or 1


def stops(body: dict[str, Any]) -> list[str]:
    """`stop`. Raises Refused."""
    given = body.get("stop")
    found = [given] if isinstance(given, str) else given or []
    if not isinstance(found, list) or len(found) > 16 or not all(isinstance(stop, str) for stop in found):
        raise Refused("stop must be a text or a list of at most 16 texts.")
    return [stop for stop in found if stop]


def chat_prompt(body: dict[str, Any]) -> str:
    """The text of all messages. Raises Refused."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused("messages must be a list with at least one message.")
    return "\n".join(_said(message, f"messages[{at}]") for at, message in enumerate(messages))


def texts(body: dict[str, Any], name: str) -> list[str]:
    """`prompt` or `input`: a text, a list of texts, a list of token ids, or a list of such lists. Raises Refused."""
    given = body.get(name)
    if _is_ids(given) or isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not 0 < len(given) <= 2048:
        raise Refused(f"{name} must be a text or a list of 1 to 2048 texts.")
    if not all(isinstance(text, str) or _is_ids(text) for text in given):
        raise Refused(f"{name} must hold texts, or lists of token ids.")
    return [text if isinstance(text, str) else " ".join(map(str, text)) for text in given]


def _said(message: Any, where: str) -> str:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise Refused(f"{where} must be an object with a role.")
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise Refused(f"{where}.content must be a text or a list of parts.")
    return " ".join(part["text"] for part in content if isinstance(part.get("text"), str))


def _is_ids(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(type(item) is int for item in given)


def _whole(body: dict[str, Any], name: str, least: int, most: int, within: str = "") -> int | None:
    value = body.get(name)
    if value is not None and (type(value) is not int or not least <= value <= most):
        raise Refused(f"{within}{name} must be a whole number from {least} to {most}.")
    return value


def _number(body: dict[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= LONGEST:
        raise Refused(f"demo.{name} must be a number from 0 to {LONGEST:g}.")
    return float(value)
