"""Loops are noticed while they stream; what repeats itself rightly is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.guard.repetition import Cutter, Detector, asked_for, loop_in
from millrace.guard.repetition.detector import WINDOW

LEAD = "A water wheel turns because the weight of the water pulls one side down. "


@pytest.mark.parametrize("unit", ["the ", "!", "The miller sleeps. ", "x" * 30 + LEAD * 3, "的", "    i = i + 1\n"])
def test_a_loop_is_noticed_soon_and_cut_after_its_first_copy(unit: str) -> None:
    loop = loop_in(LEAD + unit * 400)
    assert loop and loop.cut - loop.start == len(unit)
    # Where the text before ends as the unit does, the loop has begun a little sooner.
    assert len(LEAD) - len(unit) < loop.start <= len(LEAD)
    assert loop.noticed <= len(LEAD) + max(600, 3 * len(unit)) + 128


def test_a_loop_that_counts_is_one() -> None:
    text = LEAD + "".join(f"{n}. Open the sluice and wait for the water.\n" for n in range(1, 60))
    loop = loop_in(text)
    assert loop and text[loop.cut :].startswith("2. Open")


def test_a_few_sentences_in_any_order_are_one() -> None:
    said = [LEAD, "The miller opens the sluice in the morning. ", "Nobody knows. "]
    order = [0, 1, 2, 2, 0, 1, 1, 2, 0, 0, 2, 1] * 5
    shuffled = "".join(said[(place * place + i) % 3] for i, place in enumerate(order))
    assert loop_in(shuffled)


@pytest.mark.parametrize(
    "text",
    [
        "All work and no play makes Jack a dull boy.\n" * 10,
        "\n".join(f"| {n} | {n * n} | yes |" for n in range(200)),
        "\n".join(f"INSERT INTO trees (id, name) VALUES ({n}, 'tree {n * 7919}');" for n in range(100)),
        "=" * 80 + "\n" + LEAD + "-" * 80,
        "ha" * 16,
    ],
)
def test_what_repeats_itself_rightly_is_none(text: str) -> None:
    assert loop_in(text) is None


@given(st.integers(1, 200), st.sampled_from(["the ", "The miller sleeps. ", LEAD]))
def test_it_is_the_same_however_the_answer_is_cut(size: int, unit: str) -> None:
    text = LEAD + unit * (1500 // len(unit))
    detector = Detector()
    for at in range(0, len(text), size):
        detector.feed(text[at : at + size])
    assert detector.loop and detector.loop == loop_in(text)


@given(st.integers(1, 200), st.integers(400, 2000))
def test_a_stream_is_cut_where_the_whole_is(size: int, copies: int) -> None:
    text = LEAD + "the " * copies
    whole, stream = Cutter(lambda _: False), Cutter(lambda _: False)
    told = whole.feed(text)
    assert "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) == told
    assert whole.loop and len(told) == whole.loop.noticed < len(text)


def test_a_loop_that_is_spared_goes_on() -> None:
    text = LEAD + "the " * 400
    cutter = Cutter(lambda _: True)
    assert cutter.feed(text[:900]) + cutter.feed(text[900:]) == text and cutter.loop is None


@pytest.mark.parametrize(("prompt", "asked"), [
    ("Write 'I shall not talk' 100 times.", True), ("Wiederhole das Wort Wasser.", True), ("把这句话重复一百遍", True),
    (f"Repeat this: {'water ' * 2000}", True), (f"{'water ' * 2000} Now repeat it.", True),
    ("How many times did Rome fall?", False), ("What does 'don't repeat yourself' mean?", False),
])  # fmt: skip
def test_whether_it_was_asked_for_the_user_said_last(prompt: str, asked: bool) -> None:
    user = [{"role": "user", "content": prompt}]
    assert asked_for({"messages": user}) is asked_for({"prompt": prompt}) is asked
    assert asked_for({"messages": [{"role": "user", "content": [{"type": "text", "text": prompt}]}]}) is asked
    assert not asked_for({"messages": [{"role": "system", "content": prompt}, *user[:0]]})
    assert not asked_for({"messages": [*user, *[{"role": "user", "content": "What is a mill?"}] * 2]})


@given(st.text(alphabet="ab \n1", max_size=3000))
def test_where_it_cuts_is_inside_what_it_has_seen(text: str) -> None:
    loop = loop_in(text)
    assert loop is None or 0 <= loop.start < loop.cut <= loop.noticed <= len(text)


def test_memory_is_flat() -> None:
    detector = Detector()
    for n in range(3000):
        detector.feed(f"{n * n * 7919} sluices and {n} wheels. ")
    assert detector.loop is None and len(detector._window) <= WINDOW
