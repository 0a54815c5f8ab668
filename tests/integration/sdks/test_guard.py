"""The guard on the way to a vendor and back: what it never sees, what its reader never misses, what may not pass."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.integration.sdks.test_official_client import fake
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


def test_rules_that_cannot_be_are_refused(mill: Platform, person: Person) -> None:
    for wrong in (
        {"redaction": "sometimes"},
        {"classes": ["shoe_size"]},
        {"rules": [{"kind": "expression", "name": "open", "expression": "(a"}]},
        {"rules": [{"kind": "words", "name": "empty", "words": []}]},
    ):
        assert person.ask("PUT", "/api/v1/guard", wrong)[0] == 400, wrong
