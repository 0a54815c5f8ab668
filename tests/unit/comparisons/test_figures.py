"""Figures say what was measured, of how many, and nothing where nothing was."""

import pytest

from millrace.comparisons.figures import Call, Figures, figures, of_model, percentile
from millrace.comparisons.look import hopeless


def call(**fields: object) -> Call:
    return Call(**({"model": "m", "prompt": "p", "category": "c", "weight": 1.0} | fields))  # type: ignore[arg-type]


def answer(**fields: object) -> Call:
    known = {
        "outcome": "succeeded",
        "first_ms": 100,
        "ran_ms": 1100,
        "input_tokens": 5,
        "output_tokens": 51,
        "nanos": 3,
    }
    return call(**(known | {"score": 1.0, "cut": False, "estimated": False} | fields))


@pytest.mark.parametrize(
    ("values", "p50", "p99"),
    [([7], 7, 7), ([1, 2], 1, 2), ([1, 2, 3], 2, 3), (list(range(1, 101)), 50, 99), (list(range(1, 201)), 100, 198)],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], p50: float, p99: float) -> None:
    assert (percentile(values, 50), percentile(values, 99)) == (p50, p99)


def test_only_answers_are_timed_and_graded_and_all_that_ended_is_charged() -> None:
    calls = [
        answer(),
        answer(first_ms=None, ran_ms=300, cut=True, score=0.5, prompt="q", category="d", weight=3.0),
        call(outcome="failed", error_code="engine_broken", ran_ms=9_000, nanos=0),
        call(outcome="expired", error_code="deadline_passed", nanos=4),
        call(outcome="cancelled", nanos=2),
        call(),
    ]
    found = of_model("m", calls)
    assert (found.jobs, found.ended, found.succeeded, found.cancelled, found.cut) == (6, 5, 2, 1, 1)
    assert found.errors == {"engine_broken": 1, "deadline_passed": 1} and found.nanos == 12
    assert found.first_token and (found.first_token.p50, found.first_token.n) == (0.1, 1)
    assert found.seconds and (found.seconds.p50, found.seconds.p99, found.seconds.n) == (0.3, 1.1, 2)
    # 50 tokens after the first in the second after the first; what was not streamed has no first.
    assert found.tokens_per_second and (found.tokens_per_second.value, found.tokens_per_second.n) == (50.0, 1)
    assert found.quality and (found.quality.score, found.quality.n, found.quality.missed) == (0.625, 2, ["q"])
    assert [(each.category, each.score) for each in found.quality.categories] == [("c", 1.0), ("d", 0.5)]


def test_nothing_is_said_of_what_was_not_measured() -> None:
    for calls in ([], [call()], [call(outcome="failed")], [answer(score=None, first_ms=None, ran_ms=None)]):
        found = of_model("m", calls)
        assert (found.first_token, found.seconds, found.tokens_per_second, found.quality) == (None, None, None, None)


def test_long_answers_weigh_more_in_the_speed_and_what_is_soon_over_says_nothing_of_it() -> None:
    short = [answer(output_tokens=1), answer(output_tokens=90, ran_ms=290)]
    calls = [*short, answer(output_tokens=101, ran_ms=1100), answer(output_tokens=11, ran_ms=1100)]
    rate = of_model("m", calls).tokens_per_second
    assert rate and (rate.value, rate.n) == (55.0, 2)
    assert of_model("m", short).tokens_per_second is None


def test_models_keep_their_order_and_figures_come_back_from_json() -> None:
    found = figures(["z", "a"], [answer(model="a"), answer(model="z")])
    assert [each.model for each in found] == ["z", "a"]
    assert [Figures.model_validate(each.model_dump()) for each in found] == found


def test_a_model_is_given_up_only_if_it_failed_often_and_never_answered() -> None:
    failures = [call(outcome="failed")] * 5
    assert hopeless(of_model("m", [*failures, call()]))
    assert not hopeless(of_model("m", [*failures[1:], call()]))
    assert not hopeless(of_model("m", [*failures, answer(), call()]))
    assert not hopeless(of_model("m", failures))
