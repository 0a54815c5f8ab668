"""What an answer is checked for: each check is a pure function of its text, and bears whatever a model says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.comparisons.checks.numbers import last_number
from millrace.comparisons.grading import answered, said, score
from millrace.comparisons.prompt import Prompt, dumped, parsed, shipped
from millrace.errors import InvalidField


def prompt(*checks: dict[str, Any]) -> Prompt:
    return parsed([{"id": "a", "prompt": "?", "checks": list(checks)}])[0]


def passes(check: dict[str, Any], answer: str) -> bool:
    return score(prompt(check), answer) == 1.0


EQUALS = {"kind": "equals", "value": "Straße 7"}
ONE_OF = {"kind": "one_of", "values": ["yes", "ja"]}
CONTAINS = {"kind": "contains", "values": ["ice", "Water"]}
LACKS = {"kind": "lacks", "values": ["sorry"]}
MATCHES = {"kind": "matches", "pattern": r"^\d{4}-\d\d$"}
NUMBER = {"kind": "number", "value": 1234.5, "tolerance": 0.1}
KEYS = {"kind": "json", "keys": ["a"]}
BARE = {"kind": "json", "bare": True}
SCHEMA = {"kind": "json", "schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}}
WORDS = {"kind": "length", "unit": "words", "least": 2, "most": 3}
LINES = {"kind": "length", "unit": "lines", "most": 1}
CHARACTERS = {"kind": "length", "unit": "characters", "least": 3}


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (EQUALS, ["STRASSE 7", " **Straße  7.** ", "“straße\n7”", "Ｓtrasse 7"], ["Straße 77", "die Straße 7", ""]),
        (ONE_OF, ["Yes.", "`ja`"], ["yes, ja", "nein", ""]),
        (CONTAINS, ["WATER becomes\nIce"], ["water", "ice", ""]),
        (LACKS, ["no"], ["I am Sorry", "", " "]),
        (MATCHES, ["2026-11"], ["2026-11-28", "on 2026-11", "2026-11\n"]),
        (NUMBER, ["1,234.5", "It is 7, no: 1234.45.", "= $1,234.5", "1.2345e3"], ["1234.7", "1,234.5 or 7", ""]),
        (KEYS, ['{"a": null}', '```json\n{"a": 1, "b": 2}\n```'], ['{"b": 1}', '["a"]', '"a"', "a", '{"a": 1} ok', ""]),
        (BARE, ["[]", " 7\n"], ["```\n[]\n```", "[", "NaN]"]),
        (SCHEMA, ['{"a": 1}'], ['{"a": "1"}', "{}", "[1]"]),
        (WORDS, ["one two", " a\nb  c "], ["one", "one two three four"]),
        (LINES, ["one\n\n"], ["one\ntwo", "\n"]),
        (CHARACTERS, ["abc", "水水水"], ["ab ", ""]),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_check_passes_what_is_right_and_nothing_else(
    check: dict[str, Any], right: list[str], wrong: list[str]
) -> None:
    assert [answer for answer in right if not passes(check, answer)] == []
    assert [answer for answer in wrong if passes(check, answer)] == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("from 3 to 10-12", 12), ("−5", -5), ("-0.5", -0.5), ("1,2,3", 3), ("1,23", 23), ("v2", None), ("3.", 3),
        ("1e999", None), ("9" * 5000, None), ("2026-11-28", 28), ("none", None), ("x1.5", None),
    ],
)  # fmt: skip
def test_the_last_number_counts(text: str, number: float | None) -> None:
    assert last_number(text) == number


def test_a_score_is_the_share_of_the_weight_that_passed() -> None:
    both = prompt({"kind": "contains", "values": ["a"], "weight": 3}, {"kind": "contains", "values": ["b"]})
    assert [score(both, answer) for answer in ("ab", "a", "b", "c")] == [1.0, 0.75, 0.25, 0.0]
    assert score(prompt(), "a") is None


@pytest.mark.parametrize(
    "check",
    [
        {"kind": "matches", "pattern": "("},
        {"kind": "matches", "pattern": r"(a)\1"},
        {"kind": "matches", "pattern": "(?:(?:a{1,900}){1,900}){1,900}"},
        {"kind": "json", "schema": {"$ref": "http://127.0.0.1/"}},
        {"kind": "json", "schema": {"properties": {"a": {"pattern": "(a+)+$"}}}},
        {"kind": "json", "schema": {"type": "nothing"}},
        {"kind": "json", "schema": {"anyOf": [{"not": {"patternProperties": {}}}]}},
        {"kind": "length", "least": 5, "most": 4},
        {"kind": "number", "value": float("nan")},
        {"kind": "equals"},
        {"kind": "judge", "value": "good"},
        {"kind": "equals", "value": "a", "weight": 0},
        {},
    ],
    ids=str,
)
def test_a_check_that_cannot_be_or_could_run_for_ever_is_refused(check: dict[str, Any]) -> None:
    with pytest.raises(InvalidField) as refused:
        prompt(check)
    assert refused.value.param == "prompts" and len(refused.value.message) < 600


def test_a_schema_is_bounded_in_depth_and_size() -> None:
    deep: dict[str, Any] = {}
    for _ in range(90):
        deep = {"items": deep}
    for schema in (deep, {"anyOf": [{}] * 300}):
        with pytest.raises(InvalidField):
            prompt({"kind": "json", "schema": schema})


HOSTILE = (
    "[" * 200_000,
    '{"a":' * 50_000,
    "9" * 100_000,
    "```" * 50_000,
    "\ud800",
    "\x00",
    "a" * 100_000 + "!",
    "1," * 50_000,
)


@pytest.mark.parametrize("answer", HOSTILE, ids=lambda answer: answer[:4].encode("unicode-escape").decode())
def test_whatever_a_model_says_every_check_ends(answer: str) -> None:
    for check in (EQUALS, ONE_OF, CONTAINS, LACKS, MATCHES, NUMBER, KEYS, BARE, SCHEMA, WORDS, LINES, CHARACTERS):
        score(prompt(check), answer)
    assert not passes({"kind": "matches", "pattern": "(a+)+$"}, "a" * 100_000 + "!")


@given(st.text())
def test_every_shipped_check_bears_any_text(answer: str) -> None:
    for each in shipped():
        assert 0.0 <= (score(each, answer) or 0.0) <= 1.0


def test_what_was_thought_aloud_is_no_answer() -> None:
    assert answered("<think>\nIs it 4? No, 5.</think>\n\n5") == "\n\n5"
    assert answered("  <think>never ends") == ""
    assert answered("5 <think>7</think>") == "5 <think>7</think>"


@pytest.mark.parametrize(
    ("body", "text", "cut"),
    [
        ('{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}', "hi", False),
        ('{"choices": [{"message": {"content": "h"}, "finish_reason": "length"}]}', "h", True),
        ('{"choices": [{"message": {"content": null, "tool_calls": []}}]}', "", False),
        ('{"choices": []}', "", False), ('{"choices": [7]}', "", False), ("[]", "", False),
    ],
)  # fmt: skip
def test_an_answer_in_an_odd_shape_says_nothing(body: str, text: str, cut: bool) -> None:
    found = said(body)
    assert (found.text, found.cut) == (text, cut)


def test_prompts_come_back_from_what_is_kept_and_ids_differ() -> None:
    import json

    assert tuple(parsed(json.loads(dumped(shipped())))) == shipped()
    with pytest.raises(InvalidField, match="two have the id 'a'"):
        parsed([{"id": "a", "prompt": "?"}, {"id": "a", "prompt": "!"}])
