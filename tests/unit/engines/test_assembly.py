"""The whole from its chunks."""

from typing import Any

import pytest

from millrace.engines.answers.assembly import Assembly, gathered
from millrace.engines.engine import Delta, Usage
from millrace.engines.failures import Broken


def chunk(delta: dict[str, Any], index: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": "a", "created": 1, "choices": [{"index": index, "delta": delta, "finish_reason": None, **more}]}


def whole(*chunks: dict[str, Any]) -> dict[str, Any]:
    assembly = Assembly(chat=True)
    for one in chunks:
        assembly.add(one)
    return assembly.answer(8).body


def test_choices_are_kept_apart_and_in_order() -> None:
    body = whole(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "b1 "}, 1),
        chunk({"content": "a1 "}),
        chunk({"content": "b2"}, 1, finish_reason="length"),
        chunk({"content": "a2"}, finish_reason="stop"),
    )
    found = [(one["index"], one["message"]["content"], one["finish_reason"]) for one in body["choices"]]
    assert found == [(0, "a1 a2", "stop"), (1, "b1 b2", "length")]


def test_tool_calls_merge_by_index() -> None:
    def calls(*given: dict[str, Any]) -> dict[str, Any]:
        return chunk({"tool_calls": list(given)})

    body = whole(
        calls({"index": 1, "id": "two", "type": "function", "function": {"name": "g", "arguments": ""}}),
        calls({"index": 0, "id": "one", "type": "function", "function": {"name": "f", "arguments": "{"}}),
        calls({"index": 0, "id": "", "function": {"name": None, "arguments": "}"}}),
        calls({"index": 1, "function": {"arguments": "[]"}}),
    )
    assert body["choices"][0]["message"]["tool_calls"] == [
        {"id": "one", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "two", "type": "function", "function": {"name": "g", "arguments": "[]"}},
    ]


def test_what_is_not_known_is_kept_whole() -> None:
    body = whole(
        chunk({"reasoning_content": "hm, "}, logprobs={"content": [1]}) | {"system_fingerprint": "fp"},
        chunk({"reasoning_content": "yes", "annotations": [{"a": 1}]}, logprobs={"content": [2]}),
        chunk({"content": "42", "annotations": [{"b": 2}]}, finish_reason="stop", stop_reason=7),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}, "timings": {"x": 1}},
    )
    (choice,) = body["choices"]
    assert choice["message"]["reasoning_content"] == "hm, yes"
    assert choice["message"]["annotations"] == [{"a": 1}, {"b": 2}]
    assert (choice["logprobs"], choice["stop_reason"]) == ({"content": [1, 2]}, 7)
    assert (body["system_fingerprint"], body["timings"], body["id"]) == ("fp", {"x": 1}, "a")


def test_deltas_carry_what_is_beside_the_text() -> None:
    assembly = Assembly(chat=True)
    assert assembly.add(chunk({"role": "assistant", "content": "", "refusal": None})) == []
    assert assembly.add(chunk({"content": "x"})) == [Delta("x")]
    assert assembly.add(chunk({"refusal": "no"}, 1)) == [Delta("", 1, {"refusal": "no"})]
    assert assembly.add(chunk({"content": "y"}, logprobs={"content": []})) == [
        Delta("y", 0, {"logprobs": {"content": []}})
    ]


def test_usage_counts_what_was_cached_and_thought() -> None:
    assembly = Assembly(chat=False)
    details = {"prompt_tokens_details": {"cached_tokens": 2}, "completion_tokens_details": {"reasoning_tokens": 1}}
    assembly.add({"choices": [{"text": "x"}], "usage": {"prompt_tokens": 3, "completion_tokens": 2, **details}})
    assert assembly.answer(0).usage == Usage(3, 2, 2, 1)


def test_no_usage_is_estimated_at_four_bytes_a_token() -> None:
    assembly = Assembly(chat=True)
    assembly.add(chunk({"content": "12345"}))
    answer = assembly.answer(400)
    assert answer.usage == Usage(100, 2, estimated=True)
    assert answer.body["usage"]["estimated"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"choices": 5},
        {"choices": [5]},
        {"choices": [{"index": "x"}]},
        {"choices": [{"delta": "text"}]},
        {"choices": [{"delta": {"content": ["list"]}}]},
        {"choices": [{"delta": {"content": {}, "x": 1}}]},
    ],
)
def test_a_chunk_that_is_none_is_broken(wrong: dict[str, Any]) -> None:
    with pytest.raises(Broken):
        Assembly(chat=True).add(wrong)


def test_neighbours_are_gathered_unless_they_carry_more() -> None:
    extra = Delta("c", 0, {"x": 1})
    found = gathered([Delta("a"), Delta("b"), extra, Delta("d"), Delta("e", 1), Delta("f", 1)])
    assert found == [Delta("ab"), extra, Delta("d"), Delta("ef", 1)]
