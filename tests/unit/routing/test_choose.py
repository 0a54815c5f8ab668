"""Choosing a model: constraints first, then what is out, then the aim; and the answer says why."""

from dataclasses import replace

import pytest

from millrace.routing.choose import NoRoute, choose
from millrace.routing.complexity import Complexity
from millrace.routing.values import Candidate, Health, Policy, Wanted

CHAT = frozenset({"chat"})
BIG = Candidate("big", CHAT | {"tools", "vision"}, 200_000, quality=95, input=10, output=50, fallback=("middle",))
MIDDLE = Candidate("middle", CHAT | {"tools"}, 128_000, quality=70, input=1, output=4)
SMALL = Candidate("small", CHAT, 8_000, quality=45, input=0.1, output=0.4)
HOUSE = Candidate("house", CHAT | {"tools"}, 32_000, quality=40, private=True)
ALL = (BIG, MIDDLE, SMALL, HOUSE)

EASY = Wanted("chat", CHAT, 100, 200, Complexity(0.1))
HARD = replace(EASY, complexity=Complexity(0.7, ("reasoning",)))


def policy(aim: str, **more: object) -> Policy:
    return Policy(aim, aim, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("aim", "wanted", "picture", "model"),
    [
        ("best", EASY, {}, "big"),
        ("best", HARD, {}, "big"),
        # What costs nothing is cheapest; but a hard request gets what is good enough for it, and no more.
        ("cheap", EASY, {}, "house"),
        ("cheap", replace(EASY, complexity=Complexity(0.3)), {}, "middle"),
        ("cheap", HARD, {}, "big"),
        ("fast", EASY, {"house": Health(seconds=0.5)}, "house"),
        ("fast", EASY, {"small": Health(seconds=0.5), "house": Health(seconds=0.7)}, "small"),
        ("fast", EASY, {"small": Health(seconds=0.5, wait=9), "house": Health(seconds=0.7, wait=0.1)}, "house"),
        ("fast", EASY, {"small": Health(seconds=0.5, errors=0.9), "house": Health(seconds=0.7)}, "house"),
        ("fast", HARD, {"house": Health(seconds=0.1), "middle": Health(seconds=1.0)}, "middle"),
        # Out is out; when all are, the first of them waits.
        ("best", EASY, {"big": Health(out=True)}, "middle"),
        ("best", EASY, {each.name: Health(out=True) for each in ALL}, "big"),
        # A long queue is passed by where another one will do.
        ("cheap", EASY, {"house": Health(wait=90)}, "small"),
        ("best", HARD, {"big": Health(wait=90)}, "big"),
    ],
)
def test_the_aim_decides_among_those_that_will_do(
    aim: str, wanted: Wanted, picture: dict[str, Health], model: str
) -> None:
    assert choose(wanted, ALL, policy(aim), picture).model == model


@pytest.mark.parametrize(
    ("wanted", "more", "fit"),
    [
        (replace(EASY, needs=CHAT | {"vision"}), {}, {"big"}),
        (replace(EASY, needs=CHAT | {"tools"}), {}, {"big", "middle", "house"}),
        (replace(EASY, input_tokens=20_000), {}, {"big", "middle", "house"}),
        (EASY, {"allowed": frozenset({"small", "middle"})}, {"small", "middle"}),
        (EASY, {"private": True}, {"house"}),
        (EASY, {"house": True}, {"house"}),
    ],
)
def test_constraints_bind_the_choice_and_its_whole_chain(
    wanted: Wanted, more: dict[str, object], fit: set[str]
) -> None:
    for aim in ("best", "cheap", "fast"):
        for picture in ({}, {each.name: Health(out=True) for each in ALL}):
            route = choose(wanted, ALL, policy(aim, **more), picture)
            assert {route.model, *route.chain} == fit


def test_a_model_that_is_named_answers_or_its_fallback_while_it_is_out() -> None:
    given = policy("given")
    assert choose(EASY, (BIG, MIDDLE), given, {}).why == "as asked"
    out = choose(EASY, (BIG, MIDDLE), given, {"big": Health(out=True)})
    assert (out.model, out.chain, out.why) == ("middle", ("big",), "big is out")
    with pytest.raises(NoRoute) as refused:
        choose(EASY, (BIG, MIDDLE), policy("given", allowed=frozenset({"middle"})), {})
    assert refused.value.obstacles["big"].kind == "forbidden"


def test_what_is_asked_of_a_model_of_the_house_stays_there_whatever_stands_behind_it() -> None:
    leaky = replace(HOUSE, fallback=("big",))
    route = choose(EASY, (leaky, BIG), policy("given"), {"house": Health(out=True)})
    assert (route.model, route.chain) == ("house", ())


def test_the_declared_chain_comes_before_the_rest() -> None:
    first = replace(BIG, fallback=("house", "small"))
    assert choose(EASY, (first, MIDDLE, SMALL, HOUSE), policy("best"), {}).chain == ("house", "small", "middle")


def test_a_model_of_which_nobody_said_what_it_can_is_not_refused_for_it() -> None:
    vague = replace(SMALL, declared=False)
    wanted = replace(EASY, needs=CHAT | {"tools"})
    assert choose(wanted, (vague,), policy("given"), {}).model == "small"
    with pytest.raises(NoRoute, match="cannot do tools"):
        choose(wanted, (SMALL,), policy("given"), {})


def test_the_route_says_why() -> None:
    route = choose(HARD, ALL, policy("best"), {"big": Health(out=True)})
    assert route.why == "best; hard (0.70: reasoning); 4 of 4 fit; big is out"
    assert route.as_dict()["chain"][0] == route.model == "middle"
