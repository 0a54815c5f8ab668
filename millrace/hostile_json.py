"""JSON that may be hostile: its depth, and what it can say but Postgres cannot keep."""

import json
import re
from math import isinf
from typing import Any, NoReturn

from millrace.errors import InvalidJSON

#: Levels of nesting; OpenAI's deepest documented request has about ten, JSON schemas in it a few more.
DEPTH = 100

#: `\u0000`, or half of a surrogate pair, written as an escape (not the escape of a backslash).
_SUSPECT = re.compile(r"(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])", re.IGNORECASE)


def parse(raw: bytes, what: str = "The body") -> dict[str, Any]:
    """The object that these bytes are; `what` says in messages what they were. Raises InvalidJSON."""
    try:
        text = raw.decode("utf-8")
        _check_depth(text)
        found = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise InvalidJSON(f"{what} is not UTF-8.") from None
    except (ValueError, RecursionError) as failure:
        raise InvalidJSON(f"{what} is not JSON: {str(failure)[:200]}") from None
    if not isinstance(found, dict):
        raise InvalidJSON(f"{what} must be a JSON object.")
    if "\\u" in text and _SUSPECT.search(text):
        _check_strings(found)
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    """1e999 is JSON, but becomes infinity, which is not."""
    number = float(digits)
    if isinf(number):
        raise ValueError(f"{digits[:40]} is too large a number")
    return number


def _check_depth(text: str) -> None:
    """Count brackets outside strings, and only where there are enough of them to matter."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if token[0] in "[{":
            depth += 1
            if depth > DEPTH:
                raise ValueError(f"nested deeper than {DEPTH} levels")
        elif token[0] in "]}":
            depth -= 1


def _check_strings(found: dict[str, Any]) -> None:
    try:
        dumped = json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidJSON("A string holds half of a surrogate pair, which is no character.") from None
    if re.search(rb"(?<!\\)(?:\\\\)*\\u0000", dumped):
        raise InvalidJSON("A string holds the character NUL (\\u0000), which cannot be stored.")
