"""Stock phrases go from both ends of an answer, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.guard.stock import Trimmer, trimmed

ANSWER = "The wheel turns. It stands still when the river is low."


@pytest.mark.parametrize(
    "text",
    [
        f"Certainly! Here's a short summary of the text:\n\n{ANSWER}",
        f"Great question! {ANSWER}\n\nI hope this helps! Let me know if you have any other questions.",
        f"As an AI language model, I don't have opinions. {ANSWER} Feel free to ask if anything is unclear!",
        f"Natürlich! Hier ist die Zusammenfassung:\n\n{ANSWER}\n\nIch hoffe, das hilft dir weiter! 😊",
        f"¡Claro! {ANSWER} ¡Espero que te sirva!",
    ],
)
def test_they_are_trimmed(text: str) -> None:
    assert trimmed(text) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Certainly!",
        "Sure! I hope this helps!",
        "Certainly is an adverb. I hope this helps me more than you, he said.",
        "As an AI language model, I cannot help with that. Please see a doctor.",
        "As an AI language model is trained on text, it knows no smells. That is all.",
        "```\nGreat question! Here it is:\n\nprint('I hope this helps!')\n```",
        "Dear Ana,\n\nThe wheel turns.\n\nLet me know if you have any questions.",
        "> Great question! said the bot.\n\nThat line went first.",
        "Here is Rome, and here is Carthage: the map shows both.",
    ],
)
def test_what_answers_is_quoted_or_is_all_there_is_stays(text: str) -> None:
    assert trimmed(text) in (text, "I hope this helps!")


PARTS = st.lists(
    st.sampled_from(
        [
            "Certainly! ",
            "Here is the list:\n\n",
            "Great question! ",
            ANSWER,
            " ",
            "\n\n",
            "I hope this helps! ",
            "Let me know if it works.",
            "```",
            "Dear Ana,\n",
            "If you need more help, just ask! ",
            "- one\n- two\n",
            "What? ",
            "de molen",
            "Is this it. ",
        ]
    ),
    max_size=12,
).map("".join)


@given(PARTS, st.integers(1, 40))
def test_a_stream_is_trimmed_as_the_whole_is(text: str, size: int) -> None:
    trimmer = Trimmer()
    assert "".join(trimmer.feed(text[at : at + size]) for at in range(0, len(text), size)) + trimmer.end() == trimmed(
        text
    )


def test_sentences_that_close_nothing_go_out_as_they_come() -> None:
    trimmer = Trimmer()
    trimmer.feed(ANSWER + " The water")
    assert trimmer.feed(" rises and the") == " rises and the"
