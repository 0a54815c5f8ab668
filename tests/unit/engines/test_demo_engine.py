"""The demo engine's switches."""

import math
import struct
from base64 import b64decode
from typing import Any

import pytest

from millrace.engines.demo.engine import Demo
from millrace.engines.engine import Answer, Call, Delta
from millrace.engines.failures import Broken, Failure, Refused, Unavailable

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
MESSAGES = [{"role": "user", "content": "Why does the water turn the wheel of the mill?"}]


def run(body: dict[str, Any], *, endpoint: str = CHAT, stream: bool = False, attempt: int = 1) -> list[Delta | Answer]:
    body = {"messages": MESSAGES, **body, "demo": {"rate": 0, **body.get("demo", {})}}
    return list(Demo().run(Call(endpoint, body, "demo", stream, attempt=attempt)))


def answer(body: dict[str, Any], endpoint: str = CHAT) -> Answer:
    (found,) = run(body, endpoint=endpoint)
    assert isinstance(found, Answer)
    return found


def text(body: dict[str, Any], choice: int = 0) -> str:
    said: str = answer(body).body["choices"][choice]["message"]["content"]
    return said


def test_the_same_request_has_the_same_answer_and_another_has_another() -> None:
    assert text({}) == text({"temperature": 2, "demo": {"rate": 1000}})
    assert len({text({}), text({"seed": 1}), text({"messages": [{"role": "user", "content": "x"}]})}) == 3
    assert text({})[0].isupper() and text({}).endswith(".")


@pytest.mark.parametrize(
    ("body", "tokens", "reason"),
    [
        ({}, 40, "stop"),
        ({"max_tokens": 7}, 7, "length"),
        ({"max_completion_tokens": 8}, 8, "length"),
        ({"max_tokens": 10**8}, 1000, "stop"),
        ({"demo": {"tokens": 9}}, 9, "stop"),
        ({"demo": {"tokens": 9}, "max_tokens": 5}, 5, "length"),
        ({"demo": {"tokens": 9}, "max_tokens": 9}, 9, "stop"),
        ({"demo": {"tokens": 0}}, 0, "stop"),
        ({"demo": {"tokens": 5000}}, 5000, "stop"),
    ],
)
def test_how_long_and_why_it_ended(body: dict[str, Any], tokens: int, reason: str) -> None:
    found = answer(body)
    assert found.usage.output_tokens == tokens == len(found.body["choices"][0]["message"]["content"].split())
    assert found.body["choices"][0]["finish_reason"] == reason


def test_it_stops_at_a_stop() -> None:
    word = text({}).split()[3]
    found = answer({"stop": [word, "never said"]})
    assert word not in found.body["choices"][0]["message"]["content"]
    assert found.body["choices"][0]["finish_reason"] == "stop"
    assert found.usage.output_tokens <= 3


def test_choices_differ_and_stream_side_by_side() -> None:
    *deltas, last = run({"n": 3}, stream=True)
    assert isinstance(last, Answer)
    said = [choice["message"]["content"] for choice in last.body["choices"]]
    assert len(set(said)) == 3
    for index in range(3):
        assert said[index] == "".join(d.text for d in deltas if isinstance(d, Delta) and d.choice == index)


def test_a_list_of_prompts_has_a_choice_for_each() -> None:
    found = answer({"prompt": ["one", "two", "three"], "n": 2}, COMPLETIONS)
    assert len(found.body["choices"]) == 6


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        ("refused", Unavailable),
        ("rate_limit", Unavailable),
        ("bad_request", Refused),
        ("server_error", Broken),
        ("garbage", Broken),
        ("mid_stream", Broken),
    ],
)
def test_it_fails_on_request_and_for_as_many_attempts_as_asked(fail: str, kind: type[Failure]) -> None:
    body = {"demo": {"fail": fail, "fail_attempts": 2}}
    for attempt in (1, 2):
        with pytest.raises(kind):
            run(body, attempt=attempt)
    assert run(body, attempt=3)


def test_a_rate_limit_says_how_long() -> None:
    with pytest.raises(Unavailable) as raised:
        run({"demo": {"fail": "rate_limit", "retry_after": 2.5}})
    assert raised.value.retry_after == 2.5


def test_it_breaks_off_after_as_many_tokens_as_asked() -> None:
    found: list[Any] = []
    body = {"messages": MESSAGES, "demo": {"fail": "mid_stream", "fail_after": 4, "rate": 0}}
    with pytest.raises(Broken):
        found.extend(Demo().run(Call(CHAT, body, "demo", True)))
    assert "".join(item.text for item in found) == " ".join(text({}).split()[:4])


def test_vectors_are_unit_and_alike_for_like_texts() -> None:
    found = answer({"input": ["the mill wheel", "the mill race", "something else"], "dimensions": 64}, EMBEDDINGS)
    one, two, three = (item["embedding"] for item in found.body["data"])
    assert len(one) == 64 and math.isclose(sum(value * value for value in one), 1.0)
    assert sum(map(float.__mul__, one, two)) > sum(map(float.__mul__, one, three)) + 0.2
    packed = answer({"input": "the mill wheel", "dimensions": 64, "encoding_format": "base64"}, EMBEDDINGS)
    unpacked = struct.unpack("<64f", b64decode(packed.body["data"][0]["embedding"]))
    assert unpacked == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        (CHAT, {"messages": "x"}),
        (CHAT, {"messages": []}),
        (CHAT, {"messages": [5]}),
        (CHAT, {"messages": [{"content": "x"}]}),
        (CHAT, {"messages": [{"role": "user", "content": 5}]}),
        (CHAT, {"max_tokens": "5"}),
        (CHAT, {"max_tokens": 0}),
        (CHAT, {"max_tokens": True}),
        (CHAT, {"n": 1000}),
        (CHAT, {"stop": [1]}),
        (CHAT, {"seed": "x"}),
        (CHAT, {"demo": {"rate": -1}}),
        (CHAT, {"demo": {"rate": math.nan}}),
        (CHAT, {"demo": {"rate": 10**400}}),
        (CHAT, {"demo": {"delay": "1"}}),
        (CHAT, {"demo": {"fail": "loudly"}}),
        (CHAT, {"demo": {"fail": ["refused"]}}),
        (CHAT, {"demo": {"tokens": 10**9}}),
        (CHAT, {"demo": {"rte": 5}}),
        (COMPLETIONS, {"prompt": {}}),
        (COMPLETIONS, {"prompt": []}),
        (EMBEDDINGS, {"input": None}),
        (EMBEDDINGS, {"input": "x", "dimensions": 10**6}),
        ("/v1/images", {}),
    ],
)
def test_wrong_types_are_refused_in_words(endpoint: str, body: dict[str, Any]) -> None:
    with pytest.raises(Refused) as raised:
        run(body, endpoint=endpoint)
    assert raised.value.message


def test_lone_surrogates_and_nul_do_no_harm() -> None:
    said = text({"messages": [{"role": "user", "content": "\ud800 \x00 water\x00 \udfff"}]})
    said.encode()
    assert "\x00" not in said


def test_it_falls_into_a_loop_and_says_stock_phrases_where_it_is_told_to() -> None:
    plain = text({"demo": {"tokens": 30}})
    assert (
        text({"demo": {"tokens": 30, "stock": True}})
        == f"Certainly! Here is the answer:\n\n{plain}\n\nI hope this helps!"
    )
    looped = text({"demo": {"tokens": 100, "loop_after": 20}}).split()
    assert len(looped) == 100 and looped[:20] == plain.split()[:20] and looped[20:28] == looped[28:36] == looped[12:20]
