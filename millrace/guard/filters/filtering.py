"""Asks a tenant's rules about a text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from millrace.errors import InvalidField
from millrace.guard.filters import classifiers
from millrace.guard.filters.expressions import compiled
from millrace.guard.filters.rule import Classified, Rule, Side, Words
from millrace.guard.filters.words import WordList, folded


class Outcome(StrEnum):
    PASS = "pass"
    FLAG = "flag"
    BLOCK = "block"


@dataclass(frozen=True)
class Verdict:
    """What becomes of a text, and by which rule. Not by which words: they would be quoted in logs."""

    outcome: Outcome = Outcome.PASS
    rule: str | None = None
    category: str | None = None


class _Text:
    """A text, folded once for all the lists, and scored once for each classifier."""

    def __init__(self, text: str) -> None:
        self.plain = text
        self._folded: str | None = None
        self._encoded: bytes | None = None
        self._scores: dict[str, dict[str, float]] = {}

    @property
    def folded(self) -> str:
        if self._folded is None:
            self._folded = folded(self.plain)
        return self._folded

    @property
    def encoded(self) -> bytes:
        """Half a surrogate pair, which JSON can carry, becomes `?`."""
        if self._encoded is None:
            self._encoded = self.plain.encode("utf-8", "replace")
        return self._encoded

    def scores(self, name: str, classifier: classifiers.Classifier) -> dict[str, float]:
        if name not in self._scores:
            self._scores[name] = {
                key: min(max(float(score), 0.0), 1.0) for key, score in classifier(self.plain).items()
            }
        return self._scores[name]


#: How much of a rule is in a text, from 0 to 1.
_Score = Callable[[_Text], float]


class Filter:
    """A tenant's rules, ready to be asked. Make it once, and again when they change."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Raises InvalidField for an expression that RE2 does not take, or a classifier that is not installed."""
        self._rules = [(rule, _scored(rule)) for rule in rules]

    def check(self, text: str, side: Side) -> Verdict:
        """What the rules of a side say: the first that blocks, else the first that flags."""
        held, asked = Verdict(), _Text(text)
        for rule, score in self._of(side):
            if held.outcome is Outcome.PASS or rule.action == "block":
                if score(asked) >= _threshold(rule):
                    held = Verdict(Outcome(rule.action), rule.name, rule.shown_category)
                if held.outcome is Outcome.BLOCK:
                    break
        return held

    def scores(self, text: str) -> dict[str, tuple[float, bool]]:
        """Of each category the highest score, and whether a rule holds it for found: what `/v1/moderations` tells."""
        found: dict[str, tuple[float, bool]] = {}
        asked = _Text(text)
        for rule, score in self._rules:
            value = score(asked)
            highest, flagged = found.get(rule.shown_category, (0.0, False))
            found[rule.shown_category] = (max(highest, value), flagged or value >= _threshold(rule))
        return found

    def _of(self, side: Side) -> Iterable[tuple[Rule, _Score]]:
        return ((rule, score) for rule, score in self._rules if rule.side in (side, Side.BOTH))


def _threshold(rule: Rule) -> float:
    return rule.threshold if isinstance(rule, Classified) else 1.0


def _scored(rule: Rule) -> _Score:
    if isinstance(rule, Words):
        words = _listed(rule)
        return lambda text: float(words.found_in(text.folded))
    if isinstance(rule, Classified):
        return _classified(rule)
    expression = compiled(rule.expression, f"rule {rule.name!r}")
    return lambda text: float(expression.search(text.encoded) is not None)


def _listed(rule: Words) -> WordList:
    try:
        return WordList(rule.words)
    except ValueError as wrong:
        raise InvalidField(f"Rule {rule.name!r}: {wrong}.", param="rules") from None


def _classified(rule: Classified) -> _Score:
    classifier = classifiers.known().get(rule.classifier)
    if classifier is None:
        raise InvalidField(f"No classifier named {rule.classifier!r} is installed.", param="rules")
    return lambda text: text.scores(rule.classifier, classifier).get(rule.shown_category, 0.0)
