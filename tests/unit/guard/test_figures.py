"""The figures that docs/guard.md tells do not get worse unnoticed. The floors lie a little below what was measured."""

from collections import Counter

import pytest

from millrace.guard.repetition import asked_for, loop_in
from millrace.guard.stock import trimmed
from tests.evaluation import judge_redaction
from tests.evaluation.sets import HALVES, read

COUNTS = {half: judge_redaction._counted(half) for half in HALVES}


@pytest.mark.parametrize("of", judge_redaction.CLASSES)
@pytest.mark.parametrize("half", HALVES)
def test_recall_and_precision_of_a_class(half: str, of: str) -> None:
    counts: Counter[tuple[str, str]] = COUNTS[half]
    assert counts[of, "covered"] / counts[of, "labelled"] >= 0.94
    assert counts[of, "right"] / counts[of, "found"] >= 0.94


@pytest.mark.parametrize("half", HALVES)
def test_loops_are_noticed_and_sound_answers_left_alone(half: str) -> None:
    judged = [(record["loop"], bool(loop_in(record["text"]))) for record in read("repetition", half)]
    assert judged.count((True, False)) <= 2 and judged.count((False, True)) == 0


@pytest.mark.parametrize("half", HALVES)
def test_most_of_what_was_asked_for_is_heard_and_ordinary_prompts_are_not(half: str) -> None:
    heard = [(record["asked"], asked_for({"prompt": record["prompt"]})) for record in read("repetition_asked", half)]
    assert heard.count((True, False)) <= 7 and heard.count((False, True)) <= 1


@pytest.mark.parametrize("half", HALVES)
def test_stock_is_trimmed_and_the_rest_left_alone(half: str) -> None:
    for record in read("stock", half):
        assert trimmed(record["text"]) == record["trimmed"]
