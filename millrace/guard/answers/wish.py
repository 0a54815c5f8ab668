"""What one request wants of its answer: its header `x-millrace-guard: loops=off, stock=trim` says so, or the field
`guard` of its body, `{"loops": "off", "stock": "trim"}`."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

from millrace.errors import InvalidField
from millrace.guard.answers.policy import AnswerPolicy, Loops, Stock

HEADER = "x-millrace-guard"

#: The field of a body. What is not ours in it is the backend's.
FIELD = "guard"

WORDS: dict[str, type[StrEnum]] = {"loops": Loops, "stock": Stock}


def note(header: str | None, body: dict[str, Any]) -> None:
    """Write what the header says into the body, where the worker finds it; it wins. Raises InvalidField."""
    if _is_ours(body.get(FIELD)):
        _checked(body[FIELD], f"{FIELD}.")
    if header is not None:
        given = body[FIELD] if _is_ours(body.get(FIELD)) else {}
        body[FIELD] = given | _checked(_parsed(header), f"{HEADER}: ")


def taken(body: dict[str, Any], policy: AnswerPolicy) -> AnswerPolicy:
    """The policy as a stored body changes it. What says so is taken out of it: it is nothing to a backend."""
    if not _is_ours(body.get(FIELD)):
        return policy
    given = body.pop(FIELD)
    said: dict[str, Any] = {name: WORDS[name](word) for name, word in given.items() if _known(name, word)}
    return replace(policy, **said)


def _is_ours(given: Any) -> bool:
    return isinstance(given, dict) and bool(given) and given.keys() <= WORDS.keys()


def _parsed(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.lower().split(","))
    return {name.strip(): word.strip() for name, _, word in pairs}


def _checked(given: dict[str, Any], where: str) -> dict[str, Any]:
    for name, word in given.items():
        if not _known(name, word):
            known = ", ".join(WORDS.get(name, ())) or f"say {' or '.join(WORDS)}"
            raise InvalidField(f"{where}{name[:40]}: {known}.", param=where.rstrip(".: "))
    return given


def _known(name: str, word: Any) -> bool:
    return name in WORDS and isinstance(word, str) and word in tuple(WORDS[name])
