"""The estimate: never negative, never less for more, and near what tokenisers count."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.ledger.estimate import AROUND, MEDIUM, MOST, input_tokens, output_tokens, reserved_tokens, text_tokens

CONTEXT = 8192

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
FIELDS = ("messages", "prompt", "input", "tools", "n", "best_of", "max_tokens", "max_completion_tokens", "suffix")
bodies = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, anything))


def chat(content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


@given(bodies, st.sampled_from(["/v1/chat/completions", "/v1/embeddings"]), st.integers(1, 10**7))
def test_whatever_a_body_holds_the_estimate_is_a_number_within_bounds(
    body: dict[str, Any], endpoint: str, context: int
) -> None:
    read, written = reserved_tokens(endpoint, body, context)
    assert 0 <= read <= MOST and 0 <= written <= MOST


@given(st.text(), st.text())
def test_more_text_never_makes_fewer_tokens(text: str, more: str) -> None:
    assert 0 <= text_tokens(text) <= text_tokens(text + more) <= text_tokens(text) + text_tokens(more)
    assert input_tokens(chat(text)) <= input_tokens(chat(text + more))
    assert input_tokens({"prompt": text}) <= input_tokens({"prompt": [text, more]})


@given(st.integers(1, 2 * CONTEXT), st.integers(1, 2 * CONTEXT), st.integers(1, 200))
def test_more_answers_and_longer_ones_never_reserve_less(one: int, other: int, n: int) -> None:
    less, more = sorted((one, other))
    assert output_tokens({"max_tokens": less}, CONTEXT) <= output_tokens({"max_tokens": more, "n": n}, CONTEXT)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("The quick brown fox jumps over the lazy dog.", 11),
        ("水车把工作变成面粉", 9),
        ("мельница", 6),
        ("🙂🙂🙂", 4),
        ("\ud800", 1),
    ],
)
def test_a_text_is_about_as_many_tokens_as_models_make_of_it(text: str, tokens: int) -> None:
    assert text_tokens(text) == tokens


def test_only_what_a_model_reads_counts() -> None:
    parts = [{"type": "text", "text": "four"}, {"type": "image_url", "image_url": {"url": "data:" + "x" * 100_000}}]
    assert input_tokens(chat(parts)) == AROUND + 1 + MEDIUM
    assert input_tokens(chat("four") | {"temperature": 0.5, "metadata": {"long": "x" * 1000}}) == AROUND + 1
    assert input_tokens({"input": [[5, 6, 7], [8]]}) == 4
    assert input_tokens({"input": ["four", "four"]}) == 2
    assert input_tokens(chat("four") | {"tools": [{"type": "function", "function": {"name": "x" * 400}}]}) > 100


@pytest.mark.parametrize(
    ("body", "most", "tokens"),
    [
        ({}, None, CONTEXT // 4),
        ({}, 500, 500),
        ({}, 10**6, CONTEXT),
        ({"max_tokens": 10}, 500, 10),
        ({"max_tokens": 10, "max_completion_tokens": 20}, None, 20),
        ({"max_tokens": 10, "n": 3}, None, 30),
        ({"max_tokens": 10, "n": 10**9}, None, 1280),
        ({"max_tokens": 10**9}, None, CONTEXT),
        ({"max_tokens": -1}, 500, 500),
        ({"max_tokens": True}, 500, 500),
        ({"max_tokens": "10"}, 500, 500),
        ({"max_tokens": 10, "prompt": ["a", "b"], "n": 2}, None, 40),
        ({"max_tokens": 10, "prompt": [1, 2, 3]}, None, 10),
        ({"max_tokens": 10, "prompt": [[1, 2], [3]]}, None, 20),
    ],
)
def test_the_ceiling_of_what_is_written(body: dict[str, Any], most: int | None, tokens: int) -> None:
    assert output_tokens(body, CONTEXT, most) == tokens


def test_embeddings_write_nothing() -> None:
    assert reserved_tokens("/v1/embeddings", {"input": "four"}, CONTEXT) == (1, 0)
