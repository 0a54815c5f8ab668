"""The semantic cache: who wants it gets the answer to a question of the same meaning, metered as such."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI

from millrace.machine import entries
from millrace.machine.models import minilm
from tests.fakes.openai_server import OpenAIServer
from tests.machine import wait_for
from tests.platform import Platform

pytest.importorskip("xllamacpp")

CATALOG = """
[lanes."remote.vendor"]
slots = 16

[[models]]
name = "vendor"
engine = "compatible"
lane = "remote.vendor"
url = "{url}"

[[models]]
name = "other"
engine = "compatible"
lane = "remote.vendor"
url = "{url}"

[lanes."cpu.embed"]
slots = 1
"""

WISH = {"x-millrace-cache": "semantic"}


@pytest.fixture(scope="module")
def vendor() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(scope="module")
def mill(vendor: OpenAIServer) -> Iterator[Platform]:
    """With the real MiniLM beside it."""
    source = minilm.source()
    if source is None:
        pytest.skip("MiniLM's weights are not installed")
    made = Platform(EMBEDDINGS="on")
    (made.home / "models.toml").write_text(CATALOG.format(url=vendor.url) + entries.entry(minilm.entry()))
    (made.home / "models").mkdir()
    minilm.build(source, made.home / "models" / "minilm-l6-v2.gguf", {})
    try:
        made.start()
        with (made.home / "models.log").open("ab") as log:
            made.processes["models"] = made.spawn("-m", "workers", "models", stdout=log, stderr=log)
        wait_for((made.home / "run" / "minilm-l6-v2.addr").exists, 60, "MiniLM")
        yield made
    finally:
        made.stop()


class Asker:
    """Asks about one topic, which is new in every test; with more of the body, or of the headers."""

    def __init__(self, mill: Platform, vendor: OpenAIServer) -> None:
        self.mill = mill
        self.vendor = vendor
        self.topic = uuid.uuid4().hex[:8]

    def ask(self, question: str, headers: dict[str, str] | None = None, **given: Any) -> tuple[str | None, str]:
        """What the header says, and the answer."""
        content = question.format(topic=self.topic)
        body = {"model": "vendor", "messages": [{"role": "user", "content": content}]} | given
        status, found, answer = self.mill.request(
            "POST", "/v1/chat/completions", body, WISH if headers is None else headers
        )
        assert status == 200, answer
        return found.get("x-millrace-cache"), answer["choices"][0]["message"]["content"]

    @property
    def calls(self) -> int:
        """How often the vendor was asked about it."""
        return sum(self.topic in json.dumps(request["body"]) for request in self.vendor.requests)


@pytest.fixture
def asker(mill: Platform, vendor: OpenAIServer) -> Asker:
    return Asker(mill, vendor)


HOW, SAME = "How do I oil the wheel {topic}?", "Please tell me: what is the way to oil a wheel {topic}"


def first(asker: Asker, question: str = HOW, **given: Any) -> str:
    """Asked, answered, and kept by its meaning."""
    before = asker.mill.sql("SELECT count(*) FROM cache_meanings")
    said, text = asker.ask(question, **given)
    assert said == "miss"
    wait_for(lambda: asker.mill.sql("SELECT count(*) FROM cache_meanings") != before, 5, "the answer to be kept")
    return text


def test_a_question_of_the_same_meaning_has_the_same_answer_and_is_metered_as_cached(asker: Asker) -> None:
    text = first(asker, fake={"tokens": 4})
    content = SAME.format(topic=asker.topic)
    body = {"model": "vendor", "messages": [{"role": "user", "content": content}], "fake": {"tokens": 4}}
    status, headers, answer = asker.mill.request("POST", "/v1/chat/completions", body, WISH)
    assert (status, headers["x-millrace-cache"]) == (200, "semantic")
    assert answer["choices"][0]["message"]["content"] == text and asker.calls == 1
    job = headers["x-request-id"].removeprefix("job_")
    sql = "SELECT cache, nanos, input_tokens FROM ledger_entries WHERE replace(job::text, '-', '') = %s"
    [(cache, nanos, _)] = asker.mill.sql(sql, job)
    assert (cache, nanos) == ("semantic", 0)
    # Nor does it become an exact answer of its own question, from which the next one would drift on.
    assert asker.ask(SAME, fake={"tokens": 4})[0] == "semantic"


def test_it_streams_and_says_so_before_the_first_word(asker: Asker) -> None:
    text = first(asker)
    with OpenAI(base_url=f"http://127.0.0.1:{asker.mill.port}/v1", api_key=asker.mill.key, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="vendor",
            messages=[{"role": "user", "content": SAME.format(topic=asker.topic)}],
            stream=True,
            extra_headers=WISH,
        )
        said = "".join(choice.delta.content or "" for chunk in raw.parse() for choice in chunk.choices)
    assert (raw.headers["x-millrace-cache"], said, asker.calls) == ("semantic", text, 1)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("How do I oil the wheel {topic} without a ladder?", {}),
        ("How do I not oil the wheel {topic}?", {}),
        ("How do I oil 2 wheels {topic}?", {}),
        (SAME, {"model": "other"}),
        (SAME, {"temperature": 0.3}),
        (SAME, {"max_tokens": 99}),
        (SAME, {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}),
    ],
)
def test_another_question_another_request_or_another_model_is_asked(
    asker: Asker, question: str, given: dict[str, Any]
) -> None:
    first(asker)
    assert asker.ask(question, **given)[0] == "miss"
    assert asker.calls == 2


def test_a_system_prompt_must_be_the_same_and_turns_before_are_never_guessed_at(asker: Asker) -> None:
    def under(system: str, question: str, *turns: dict[str, str]) -> list[dict[str, str]]:
        asked = {"role": "user", "content": question.format(topic=asker.topic)}
        return [{"role": "system", "content": system}, *turns, asked]

    first(asker, messages=under("Be brief.", HOW))
    assert asker.ask("", messages=under("Be brief.", SAME))[0] == "semantic"
    assert asker.ask("", messages=under("Be thorough.", SAME))[0] == "miss"
    said = {"role": "assistant", "content": "Yes?"}
    assert asker.ask("", messages=under("Be brief.", SAME, said))[0] == "miss"


def test_who_does_not_ask_for_it_does_not_get_it(asker: Asker) -> None:
    first(asker)
    for headers in ({}, {"x-millrace-cache": "on"}, {"x-millrace-cache": "off"}, {"x-millrace-cache": "refresh"}):
        assert asker.ask(SAME, headers)[0] != "semantic"


def test_a_tenant_can_want_it_for_all_its_requests_and_set_how_like_they_must_be(asker: Asker) -> None:
    mill = asker.mill
    status, _, shown = mill.request("PUT", "/api/v1/cache", {"semantic": True, "threshold": 0.6, "max_age_seconds": 60})
    assert status == 200 and mill.request("GET", "/api/v1/cache")[2] == shown
    try:
        wait_for(lambda: asker.ask("why does the wheel {topic} turn", {})[0] == "semantic", 10, "an answer by meaning")
        assert asker.ask("please: why does the wheel {topic} turn?", {"x-millrace-cache": "off"})[0] is None
    finally:
        mill.request("PUT", "/api/v1/cache", {})


def test_nothing_crosses_tenants_and_a_purge_voids_it(asker: Asker, mill: Platform) -> None:
    first(asker)
    made = mill.spawn("-c", STRANGER, stdout=-1, text=True).communicate(timeout=60)[0].strip()
    assert asker.ask(SAME, WISH | {"Authorization": f"Bearer {made}"})[0] == "miss"
    assert asker.ask("How can I oil the wheel {topic}")[0] == "semantic"
    mill.request("DELETE", "/api/v1/cache")
    assert asker.ask("How could we oil the wheel {topic}")[0] == "miss"


def test_the_question_lies_sealed(asker: Asker, mill: Platform) -> None:
    first(asker)
    assert not any(asker.topic in text for [text] in mill.sql("SELECT question FROM cache_meanings"))


def test_without_the_embedding_model_everything_else_goes_on(asker: Asker, mill: Platform) -> None:
    first(asker)
    address = mill.home / "run" / "minilm-l6-v2.addr"
    address.rename(address.with_suffix(".away"))
    try:
        assert asker.ask(SAME)[0] == "miss"
    finally:
        address.with_suffix(".away").rename(address)
    assert asker.ask("how would you oil the wheel {topic}?")[0] == "semantic"


STRANGER = """
from millrace import db, ids
from millrace.identity import keys
tenant = ids.new()
db.call("INSERT INTO tenants (id, name, tier) VALUES (%s, 'stranger', 'unlimited')", (tenant,))
print(keys.make(tenant, "stranger"))
"""
