"""What of a tenant's policy and a request's wish holds for one answer, and the way of one text of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.errors import InvalidField
from millrace.guard.answers import AnswerPolicy, Loops, Manner, Passage, Stock, manner_of, wish
from millrace.guard.repetition import Cutter
from millrace.guard.stock import Trimmer

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
BOTH = AnswerPolicy(Loops.CUT, Stock.TRIM)
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "What is a mill?"}]}


def held(endpoint: str = CHAT, policy: AnswerPolicy = BOTH, **body: Any) -> tuple[bool, bool]:
    manner: Manner = manner_of(policy, endpoint, {**ASKED, **body})
    return manner.cuts, manner.trims


@pytest.mark.parametrize(
    ("endpoint", "body", "holds"),
    [
        (CHAT, {}, (True, True)),
        (CHAT, {"response_format": {"type": "text"}}, (True, True)),
        (CHAT, {"response_format": {"type": "json_object"}}, (True, False)),
        (CHAT, {"tools": [{"type": "function"}]}, (True, False)),
        (CHAT, {"messages": [*ASKED["messages"], {"role": "assistant", "content": "Well,"}]}, (True, False)),
        (CHAT, {"logprobs": True}, (False, False)),
        (COMPLETIONS, {"prompt": "x"}, (True, False)),
        (EMBEDDINGS, {"input": "x"}, (False, False)),
    ],
)
def test_what_holds_for_which_request(endpoint: str, body: dict[str, Any], holds: tuple[bool, bool]) -> None:
    assert held(endpoint, **body) == holds


def test_loops_are_cut_and_nothing_trimmed_unless_somebody_says_otherwise() -> None:
    assert held(policy=AnswerPolicy()) == (True, False)
    assert held(policy=AnswerPolicy(), guard={"loops": "off", "stock": "trim"}) == (False, True)
    assert held(guard={"stock": "off"}) == (True, False)


def test_the_header_wins_over_the_body_and_is_taken_out_before_a_backend_sees_it() -> None:
    body: dict[str, Any] = {"guard": {"loops": "off", "stock": "trim"}, "n": 1}
    wish.note(" Loops = cut ", body)
    assert wish.taken(body, AnswerPolicy()) == AnswerPolicy(Loops.CUT, Stock.TRIM) and body == {"n": 1}


@pytest.mark.parametrize("theirs", [{"rails": ["x"]}, True, "off", {}, {"loops": "off", "rails": []}])
def test_what_is_not_ours_is_the_backends(theirs: Any) -> None:
    body = {"guard": theirs}
    wish.note(None, body)
    assert wish.taken(body, BOTH) == BOTH and body == {"guard": theirs}


@pytest.mark.parametrize("header", ["", "off", "loops", "loops=maybe", "stock=cut", "loops=off; stock=trim", "x=off"])
def test_an_unknown_word_in_the_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidField, match="x-millrace-guard"):
        wish.note(header, {})


@pytest.mark.parametrize("field", [{"loops": True}, {"stock": "trimm"}, {"loops": None}])
def test_and_so_is_one_in_the_body_which_a_worker_would_only_pass_over(field: dict[str, Any]) -> None:
    with pytest.raises(InvalidField, match="guard"):
        wish.note(None, {"guard": dict(field)})
    assert wish.taken({"guard": dict(field)}, BOTH) == BOTH


def test_in_json_only_white_space_is_a_loop() -> None:
    manner = manner_of(BOTH, CHAT, {**ASKED, "response_format": {"type": "json_object"}})
    zeros, blank = (Passage([], Cutter(manner.spares)) for _ in range(2))
    assert zeros.feed('{"row": [' + "0, " * 900) and zeros.loop is None
    assert len(blank.feed('{"row": [0]}' + "\n" * 2000)) < 500 and blank.loop and blank.loop.blank


PIECES = st.lists(
    st.sampled_from(
        ["Certainly! ", "Here is the list:\n\n", "The wheel turns. ", "the " * 90, "I hope this helps! ", "a", "Why? "]
    ),
    max_size=25,
).map("".join)


@given(PIECES, st.integers(1, 300))
def test_a_text_that_streams_is_told_as_the_whole_is(text: str, size: int) -> None:
    stream, whole = (Passage([Trimmer()], Cutter(lambda _: False)) for _ in range(2))
    told = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) + stream.end()
    assert told == whole.feed(text) + whole.end() and stream.loop == whole.loop
