"""How hard a request looks: signs that can be counted, bounded work, and whatever classifier is put in its place."""

from collections.abc import Iterator
from typing import Any

import pytest

from millrace.routing import complexity
from millrace.routing.complexity import Complexity, heuristic, judge, use

CODE = "def add(a, b):\n    return a + b\n```python\nimport os\n```\nRefactor this, and write unit tests."


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **more}


@pytest.mark.parametrize(
    ("body", "level", "sign"),
    [
        (asked("What is the capital of France?"), "easy", None),
        (asked("Translate to German: good morning"), "easy", None),
        (asked(""), "easy", None),
        ({}, "easy", None),
        ({"prompt": "Once upon a time"}, "easy", None),
        (asked(CODE), "medium", "code"),
        (asked("Answer without a verb, at most five words, unless you must."), "medium", "conditions"),
        (asked("Prove that the square root of two is irrational, step by step."), "hard", "reasoning"),
        (asked(CODE + " Analyze its complexity and the trade-offs."), "hard", "reasoning"),
        (asked("Compare and contrast:\n1. one\n2. two\n3. three\n4. four\nJustify it."), "hard", "reasoning"),
        (asked("Hello", tools=[{"type": "function"}], response_format={"type": "json_object"}), "medium", "tools"),
        (asked("x" * 50_000), "easy", "length"),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": CODE}]}]}, "medium", "code"),
    ],
)
def test_levels(body: dict[str, Any], level: str, sign: str | None) -> None:
    found = heuristic(body)
    assert found.level == level, found
    assert 0 <= found.score <= 1 and (found.signs[:1] == ((sign,) if sign else ()) or sign is None), found


def test_a_long_conversation_weighs_more_than_its_last_line() -> None:
    turns = [{"role": role, "content": "yes"} for _ in range(8) for role in ("user", "assistant")]
    assert heuristic({"messages": turns}).score > heuristic({"messages": turns[:1]}).score


def test_the_platforms_own_instructions_do_not_make_a_request_hard() -> None:
    system = {"role": "system", "content": "Analyze, prove, derive step by step. ```code```"}
    assert heuristic({"messages": [system, {"role": "user", "content": "Hi"}]}).level == "easy"


@pytest.mark.parametrize("text", ["\n", " ", "\n ", "```", "1. ", "- \n", "prove ", "?", "def (", "import import "])
def test_hostile_texts_cost_no_more_than_long_ones(text: str) -> None:
    """Patterns that go back over what they have seen would not come to an end here."""
    assert 0 <= heuristic(asked(text * 10**6)).score <= 1


@pytest.mark.parametrize("body", [{"messages": 3}, {"messages": [3, None, {"role": 1, "content": {}}]}, {"input": {}}])
def test_what_has_no_shape_is_easy(body: dict[str, Any]) -> None:
    assert heuristic(body).level == "easy"


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    use(complexity.heuristic)


def test_a_classifier_takes_the_heuristics_place(restored: None) -> None:
    use(lambda body: Complexity(0.9, ("said so",)))
    assert judge({}).level == "hard"
