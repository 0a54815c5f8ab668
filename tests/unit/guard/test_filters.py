"""A tenant's rules as data, asked about prompts and answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.errors import InvalidField
from millrace.guard.filters import Filter, Outcome, Side, Verdict, Watch, classifiers, moderated, parsed


def rules(*data: dict[str, Any]) -> Filter:
    return Filter(parsed([{"name": f"rule {i}", **rule} for i, rule in enumerate(data)]))


WORDS = rules({"kind": "words", "words": ["Straße", "red herring", "café", "水车"]})


@pytest.mark.parametrize(
    "text",
    [
        "die STRASSE hier",
        "a Red\nHerring.",
        "cafe\u0301",
        "ＣＡＦÉ",
        "ca\u00adf\u200bé",
        "一个水车转动",
        "red-herring",
        "(café)",
    ],
)
def test_whole_words_are_found_however_they_are_written(text: str) -> None:
    assert WORDS.check(text, Side.PROMPT) == Verdict(Outcome.BLOCK, "rule 0", "rule 0")


@pytest.mark.parametrize("text", ["Straßen", "herring red", "red herrings", "cafés", "水", ""])
def test_parts_of_words_are_not(text: str) -> None:
    assert WORDS.check(text, Side.PROMPT).outcome is Outcome.PASS


def test_a_rule_that_blocks_goes_before_one_that_flags_and_each_side_has_its_own() -> None:
    both = rules(
        {"kind": "words", "words": ["one"], "action": "flag", "category": "numbers"},
        {"kind": "expression", "expression": r"(?i)tw[o0]", "side": "answer"},
    )
    assert both.check("one two", Side.PROMPT) == Verdict(Outcome.FLAG, "rule 0", "numbers")
    assert both.check("one TW0", Side.ANSWER) == Verdict(Outcome.BLOCK, "rule 1", "rule 1")


def test_a_classifier_is_asked_once_a_text_and_its_scores_are_kept_between_0_and_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setitem(classifiers._REGISTERED, "mood", lambda text: asked.append(text) or {"rude": 7, "sad": 0.4})
    mood = {"kind": "classifier", "classifier": "mood", "action": "flag"}
    checked = rules({**mood, "category": "rude"}, {**mood, "category": "sad"}, {**mood, "category": "glad"})
    assert checked.scores("x") == {"rude": (1.0, True), "sad": (0.4, False), "glad": (0.0, False)}
    assert asked == ["x"]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "expression", "expression": r"(a)\1"},
        {"kind": "expression", "expression": "(?=a)"},
        {"kind": "expression", "expression": "((a{1000}){1000}){1000}"},
        {"kind": "expression", "expression": "a" * 2000},
        {"kind": "expression", "expression": "\ud800"},
        {"kind": "expression", "expression": "("},
        {"kind": "words", "words": []},
        {"kind": "words", "words": ["..."]},
        {"kind": "words", "words": ["a " * 60]},
        {"kind": "classifier", "classifier": "absent"},
        {"kind": "magic"},
        {"kind": "words", "words": ["a"], "action": "explode"},
        "words",
    ],
)
def test_a_rule_that_cannot_work_is_refused_and_says_where(rule: Any) -> None:
    named = {"name": "mine", **rule} if isinstance(rule, dict) else rule
    with pytest.raises(InvalidField) as refused:
        Filter(parsed([named]))
    assert refused.value.param == "rules" and (
        "mine" in refused.value.message or "rules.0" in refused.value.message or "absent" in refused.value.message
    )


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidField, match="mine"):
        parsed([{"name": "mine", "kind": "words", "words": ["a"]}] * 2)


@given(st.text(st.characters(codec=None), max_size=30))
def test_any_text_can_be_asked_about(text: str) -> None:
    assert (
        rules({"kind": "expression", "expression": r"x\d{40}"}).check(text + "\ud83d", Side.PROMPT).outcome
        is Outcome.PASS
    )
    WORDS.check(text, Side.ANSWER)


def test_moderation_has_the_categories_that_clients_expect_beside_the_tenants_own() -> None:
    checked = rules(
        {"kind": "words", "words": ["stab"], "category": "violence"},
        {"kind": "words", "words": ["acme"], "category": "rival"},
    )
    found = moderated("they stab", checked)
    assert found["flagged"] and found["categories"]["violence"] and found["category_scores"]["violence"] == 1.0
    assert found["categories"]["rival"] is found["categories"]["hate/threatening"] is False
    assert not moderated("hello", checked)["flagged"]


@given(st.integers(1, 30), st.integers(0, 300))
def test_nothing_of_a_blocked_phrase_is_shown_while_an_answer_streams(size: int, before: int) -> None:
    text = "so " * before + "it is a red herring indeed"
    watch = Watch(WORDS)
    shown = "".join(watch.feed(text[at : at + size]) for at in range(0, len(text), size)) + watch.end()
    assert watch.verdict.outcome is Outcome.BLOCK
    assert "red" not in shown and text.startswith(shown)


@given(st.text(max_size=400), st.integers(1, 50))
def test_an_answer_that_passes_comes_through_whole(text: str, size: int) -> None:
    watch = Watch(rules({"kind": "words", "words": ["never said"], "action": "flag"}))
    assert "".join(watch.feed(text[at : at + size]) for at in range(0, len(text), size)) + watch.end() == text
