"""The shipped prompts: each can be answered right, and is not answered by what is wrong."""

import pytest

from millrace.comparisons.grading import score
from millrace.comparisons.prompt import Prompt, shipped
from tests.fakes.right_answers import ANSWERS

#: What says nothing, and so may pass nothing.
EMPTY = ("", " \n", "ok", "I am a helpful assistant and happy to help you with whatever you want to know today.")


@pytest.mark.parametrize("prompt", shipped(), ids=lambda prompt: prompt.id)
def test_a_right_answer_passes_and_a_wrong_one_does_not(prompt: Prompt) -> None:
    right, wrong = ANSWERS[prompt.id]
    assert score(prompt, right) == 1.0
    assert (score(prompt, wrong) or 0.0) < 1.0
    assert all((score(prompt, said) or 0.0) < 1.0 for said in EMPTY)


def test_there_are_as_many_of_each_category_and_answers_for_each() -> None:
    categories = [prompt.category for prompt in shipped()]
    assert len(categories) == 40 and {categories.count(each) for each in categories} == {5}
    assert {prompt.id for prompt in shipped()} == set(ANSWERS)
