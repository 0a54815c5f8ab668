"""How hard a request looks: a score from 0 to 1 with its reasons, from what can be counted without understanding it.

It is a heuristic for English prose and code; docs/routing.md says what it counts and where it is wrong. Whoever has
better puts a `Classifier` of their own in its place (`use`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Level = Literal["easy", "medium", "hard"]

#: From which score on a request is of that level.
MEDIUM, HARD = 0.2, 0.35

#: Characters of a request that are looked at, from its end: what is asked stands there.
LOOKED_AT = 20_000

#: Characters of the last message at which its length alone has its full weight.
LONG = 2_000

#: Turns of a conversation at which its length has its full weight.
MANY_TURNS = 12

#: How much each sign adds at most.
WEIGHTS = {
    "reasoning": 0.45,
    "code": 0.3,
    "conditions": 0.3,
    "length": 0.15,
    "parts": 0.15,
    "tools": 0.15,
    "history": 0.1,
    "schema": 0.05,
}

_CODE = re.compile(
    r"```|^[ \t]*(?:def|class|import|from|function|const|let|public|private|return|SELECT|#include)\b[^.]{0,80}[({:;=*]"
    r"|\b(?:traceback|stack trace|segfault|refactor|unit tests?|regex|SQL query|compile[sr]?|algorithm|pointer|mutex"
    r"|deadlock|race condition|big-?o|recursi\w+)\b",
    re.IGNORECASE | re.MULTILINE,
)
_REASONING = re.compile(
    r"\b(?:prove|proof|derive|deduce|step[- ]by[- ]step|reason(?:ing)? (?:through|about)|trade-?offs?|analy[sz]e"
    r"|evaluate|compare and contrast|pros and cons|optimi[sz]e|design (?:an?|the)|architect\w*|strategy|critique"
    r"|root cause|justify|implications?|counter-?examples?|theorem|integral|equations?|probability"
    r"|how many (?:ways|different)|what if|under which|assum(?:e|ing) that|constraints?|edge cases?"
    r"|diagnos\w+|explain why)\b",
    re.IGNORECASE,
)
_CONDITIONS = re.compile(
    r"\b(?:without|exactly|must(?: not)?|at (?:most|least)|no (?:more|less|longer) than|keep(?:s|ing)?|except|unless"
    r"|given that|so that|only (?:with|if|when)|but (?:no|not)|in the (?:style|manner) of|fairly|percent|every"
    r"|under which|within)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+\S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Complexity:
    """A score from 0 to 1, and the signs it was made of, the weightiest first."""

    score: float
    signs: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return "hard" if self.score >= HARD else "medium" if self.score >= MEDIUM else "easy"


class Classifier(Protocol):
    """Says how hard a request in OpenAI's shape is. It runs at every submit that names an alias: be quick."""

    def __call__(self, body: Mapping[str, Any]) -> Complexity: ...


def heuristic(body: Mapping[str, Any]) -> Complexity:
    """The score of what is asked last, of the conversation before it, and of what the answer must obey."""
    texts = list(_texts(body))
    asked = texts[-1][-LOOKED_AT:] if texts else ""
    found = {
        "length": min(1.0, len(asked) / LONG),
        "code": min(1.0, _hits(_CODE, asked, 2) / 2),
        "reasoning": min(1.0, _hits(_REASONING, asked, 3) / 2),
        "conditions": min(1.0, _hits(_CONDITIONS, asked, 4) / 4),
        "parts": min(1.0, max(0, _hits(_PARTS, asked, 6) - 1) / 5 + max(0, asked.count("?") - 1) / 4),
        "history": min(1.0, max(0, len(texts) - 2) / MANY_TURNS),
        "tools": 1.0 if body.get("tools") or body.get("functions") else 0.0,
        "schema": 1.0 if body.get("response_format") else 0.0,
    }
    parts = {name: WEIGHTS[name] * share for name, share in found.items() if share > 0}
    signs = sorted(parts, key=lambda name: -parts[name])
    return Complexity(round(min(1.0, sum(parts.values())), 3), tuple(signs))


def _hits(pattern: re.Pattern[str], text: str, most: int) -> int:
    """Different things that match, up to so many: a word that is repeated is one sign."""
    seen: set[str] = set()
    for match in pattern.finditer(text):
        seen.add(match[0].lower())
        if len(seen) >= most:
            break
    return len(seen)


def _texts(body: Mapping[str, Any]) -> Iterator[str]:
    """What is said, message by message, or the prompt."""
    messages = body.get("messages", body.get("input"))
    if not isinstance(messages, list):
        prompt = body.get("prompt", messages)
        yield prompt if isinstance(prompt, str) else ""
        return
    for message in messages:
        if isinstance(message, Mapping) and message.get("role") not in ("system", "developer"):
            yield _said(message.get("content"))


def _said(content: object) -> str:
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, Mapping))
        return "\n".join(text for text in parts if isinstance(text, str))
    return content if isinstance(content, str) else ""


_classifier: Classifier = heuristic


def use(classifier: Classifier) -> None:
    """Let this one judge from now on, in this process."""
    global _classifier
    _classifier = classifier


def judge(body: Mapping[str, Any]) -> Complexity:
    """How hard a request is, as the classifier of this process sees it."""
    return _classifier(body)
