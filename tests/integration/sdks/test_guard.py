"""The guard on the way to a vendor and back: what it never sees, what its reader never misses, what may not pass."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from anthropic import Anthropic
from openai import OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.integration.sdks.test_official_client import fake, newest
from tests.machine import wait_for
from tests.people import Person, register
from tests.platform import Platform

SECRET = "write to ann.miller@example.com about card 4111 1111 1111 1111"

ASKED: Any = [{"role": "user", "content": SECRET}]


@pytest.fixture(scope="module")
def person(mill: Platform) -> Person:
    return register(mill)


@pytest.fixture(scope="module")
def theirs(mill: Platform, person: Person) -> Iterator[OpenAI]:
    _, headers = person.key()
    key = headers["Authorization"].removeprefix("Bearer ")
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=key, max_retries=0, timeout=30) as made:
        yield made


def guard(mill: Platform, person: Person, **fields: Any) -> None:
    status, answer = person.ask("PUT", "/api/v1/guard", fields)
    assert status == 200, answer


def forgotten(mill: Platform, person: Person, **fields: Any) -> None:
    """Set, and in force in the worker too, which believes what it read for two seconds."""
    guard(mill, person, **fields)
    mill.kill("remote")
    mill.start_process("remote")


def echoed(client: OpenAI, **more: Any) -> Any:
    return client.chat.completions.create(model="vendor", messages=ASKED, extra_body=fake(mode="echo"), **more)


def test_a_vendor_sees_placeholders_and_the_reader_the_values(
    mill: Platform, vendor: OpenAIServer, person: Person, theirs: OpenAI
) -> None:
    forgotten(mill, person, redaction="always")
    # The vendor echoes what it was asked.
    whole = echoed(theirs).choices[0].message.content
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in echoed(theirs, stream=True) if chunk.choices)
    for answer in (whole, streamed):
        assert json.loads(answer)["messages"] == ASKED
    for request in vendor.requests[-2:]:
        seen = json.dumps(request["body"])
        assert "ann.miller" not in seen and "4111" not in seen and "<EMAIL_1>" in seen and "<CARD_1>" in seen
    guard(mill, person)


def test_personal_data_is_refused_where_the_policy_says_block(mill: Platform, person: Person, theirs: OpenAI) -> None:
    guard(mill, person, redaction="block")
    with pytest.raises(openai.BadRequestError) as refused:
        echoed(theirs)
    assert refused.value.code == "personal_data" and "ann.miller" not in str(refused.value)
    guard(mill, person)


def test_a_filter_of_prompts_and_one_of_answers(mill: Platform, person: Person, theirs: OpenAI) -> None:
    rules = [{"kind": "words", "name": "codename", "words": ["bluebird"], "side": "prompt"}]
    rules += [{"kind": "words", "name": "numbers", "words": ["w7"], "side": "answer"}]
    forgotten(mill, person, rules=rules)
    with pytest.raises(openai.BadRequestError) as prompt:
        theirs.chat.completions.create(model="vendor", messages=[{"role": "user", "content": "what of Bluebird?"}])
    assert prompt.value.code == "content_filter"
    for stream in (False, True):
        with pytest.raises(openai.APIError):
            asked: Any = {"model": "vendor", "messages": [{"role": "user", "content": "count"}], "stream": stream}
            made = theirs.chat.completions.create(**asked, extra_body=fake(tokens=20))
            assert stream and "w7" not in "".join(c.choices[0].delta.content or "" for c in made if c.choices)
    moderated = theirs.moderations.create(input=["about bluebird", "about the weather"]).results
    assert [each.flagged for each in moderated] == [True, False]
    guard(mill, person)


LEAD = "A water wheel turns because the weight of the water pulls one side down.\n"
LOOP = [LEAD, *["The miller sleeps. "] * 400]


def looping(client: OpenAI, **more: Any) -> Any:
    """Asked of a vendor that has fallen into a loop; `fake` says more of how."""
    wanted = fake(text=LOOP, interval_ms=1, **more.pop("fake", {})) | more.pop("body", {})
    return client.chat.completions.create(
        model="vendor", messages=[{"role": "user", "content": "hi"}], extra_body=wanted, **more
    )


def test_a_loop_ends_the_vendors_call_and_the_client_sees_a_cut_answer(
    mill: Platform, vendor: OpenAIServer, client: OpenAI
) -> None:
    deserted = vendor.deserted
    chunks = list(looping(client, stream=True, stream_options={"include_usage": True}))
    assert vendor.wait_for("deserted", deserted + 1), "the vendor goes on generating"
    said = [choice for chunk in chunks for choice in chunk.choices]
    text = "".join(choice.delta.content or "" for choice in said)
    assert text.startswith(LEAD) and 600 < len(text) < 1000 and said[-1].finish_reason == "length"
    cut = said[-1].millrace["cut"]  # type: ignore[union-attr]
    assert cut["reason"] == "loop" and text[: cut["repeats_at"]] == LEAD + "The miller sleeps. "
    # What streamed is what is kept, and what is metered is what came.
    job = newest(mill)
    kept = mill.request("GET", f"/api/v1/jobs/{job['id']}/result")[2]
    assert job["status"] == "succeeded" and kept["choices"][0]["message"]["content"] == text
    assert chunks[-1].usage and chunks[-1].usage.completion_tokens == job["usage"]["output_tokens"] < 400
    whole = looping(client).choices[0]
    assert (whole.message.content, whole.finish_reason) == (text, "length")


def test_other_dialects_say_that_it_was_cut_too(
    client: OpenAI, mill: Platform, vendor: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Any = {"model": "vendor", "input": "hi", "extra_body": fake(text=LOOP, interval_ms=1)}
    with client.responses.stream(**asked) as stream:
        streamed: Any = list(stream)[-1]
    assert streamed.type == "response.incomplete" and streamed.response.millrace["cut"]["reason"] == "loop"
    assert streamed.response.incomplete_details.reason == "max_output_tokens"
    monkeypatch.setitem(vendor.defaults, "text", LOOP)
    message: Any = {"model": "vendor", "max_tokens": 2000, "messages": [{"role": "user", "content": "hi"}]}
    with Anthropic(base_url=f"http://127.0.0.1:{mill.port}", api_key=mill.key, max_retries=0) as claude:
        with claude.messages.stream(**message) as running:
            deltas = [event.delta for event in running if event.type == "message_delta"]
        whole = claude.messages.create(**message)
    for ended in (deltas[0], whole):
        assert ended.stop_reason == "max_tokens" and ended.millrace["cut"]["reason"] == "loop"  # type: ignore[union-attr]


def test_a_request_says_what_it_wants_and_the_cache_keeps_the_answers_apart(mill: Platform, theirs: OpenAI) -> None:
    def length(**more: Any) -> int:
        return len(looping(theirs, temperature=0, **more).choices[0].message.content)

    cut, whole = length(), len("".join(LOOP))
    assert cut == length() < 1000
    assert length(extra_headers={"x-millrace-guard": "loops=off"}) == whole == length(body={"guard": {"loops": "off"}})
    with pytest.raises(openai.BadRequestError, match="x-millrace-guard"):
        length(extra_headers={"x-millrace-guard": "loops=sometimes"})
    said = fake(text=["Certainly! ", "Here is the answer:", "\n\n", LEAD, "I hope this helps!"])
    asked: Any = {"model": "vendor", "messages": [{"role": "user", "content": "hi"}], "extra_body": said}
    for header, text in ({}, "".join(said["fake"]["text"])), ({"x-millrace-guard": "stock=trim"}, LEAD.strip()):
        assert theirs.chat.completions.create(**asked, extra_headers=header).choices[0].message.content == text
        chunks = theirs.chat.completions.create(**asked, extra_headers=header, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text


def test_a_tenants_policy_holds_for_what_was_answered_before_it(mill: Platform, person: Person, theirs: OpenAI) -> None:
    def length() -> int:
        return len(looping(theirs, temperature=0).choices[0].message.content)

    guard(mill, person)
    wait_for(lambda: length() < 1000, 10, "the default")
    guard(mill, person, loops="off")
    assert person.get("/api/v1/guard")["loops"] == "off" and person.get("/api/v1/guard")["stock"] == "off"

    def asked_again() -> int:
        # A worker may have believed the policy before for two seconds, and kept an answer by it.
        person.ask("DELETE", "/api/v1/cache")
        return length()

    wait_for(lambda: asked_again() == len("".join(LOOP)), 10, "the tenant's policy")
    guard(mill, person)


def test_rules_that_cannot_be_are_refused(mill: Platform, person: Person) -> None:
    for wrong in (
        {"redaction": "sometimes"},
        {"classes": ["shoe_size"]},
        {"loops": "never"},
        {"stock": True},
        {"rules": [{"kind": "expression", "name": "open", "expression": "(a"}]},
        {"rules": [{"kind": "words", "name": "empty", "words": []}]},
    ):
        assert person.ask("PUT", "/api/v1/guard", wrong)[0] == 400, wrong
