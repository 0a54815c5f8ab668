"""Exact caches: what is asked again is answered by the API itself, as a job, in every process, until a purge."""

import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from openai import APITimeoutError, OpenAI

from tests.fakes.openai_server import OpenAIServer
from tests.machine import wait_for
from tests.platform import Platform, text_of

HIT, MISS = "hit", "miss"

STRANGER = """
from millrace import db, ids
from millrace.identity import keys
tenant = ids.new()
db.call("INSERT INTO tenants (id, name, tier) VALUES (%s, 'stranger', 'unlimited')", (tenant,))
print(keys.make(tenant, "stranger"))
"""

CATALOG = """
[lanes."remote.vendor"]
slots = 128

[[models]]
name = "vendor"
engine = "compatible"
lane = "remote.vendor"
url = "{url}"
capabilities = ["chat", "completions", "embeddings", "tools"]
context = 32768
"""


@pytest.fixture(scope="module")
def vendor() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(scope="module")
def mill(vendor: OpenAIServer) -> Iterator[Platform]:
    """Two API processes and a worker; nothing in it is killed."""
    made = Platform()
    (made.home / "models.toml").write_text(CATALOG.format(url=vendor.url))
    try:
        made.start("api", "api-2", "remote", "sweep", "beat")
        yield made
    finally:
        made.stop()


class Caller:
    """Chat completions over the wire; each prompt is new unless it is given."""

    def __init__(self, mill: Platform, vendor: OpenAIServer) -> None:
        self.mill = mill
        self.vendor = vendor

    def ask(self, prompt: str, process: str = "api", **given: Any) -> tuple[int, dict[str, str], Any]:
        headers = given.pop("headers", {})
        body = {"model": "vendor", "messages": [{"role": "user", "content": prompt}], "temperature": 0} | given
        return self.mill.request("POST", "/v1/chat/completions", body, headers, process=process, timeout=60)

    def calls(self, prompt: str) -> int:
        """How often the vendor was asked that."""
        return sum(prompt in json.dumps(request["body"]) for request in self.vendor.requests)

    def text(self, answer: Any) -> str:
        return str(answer["choices"][0]["message"]["content"])

    def together(self, prompts: list[str], **given: Any) -> list[tuple[int, dict[str, str], Any]]:
        """All at once, from two processes in turn."""
        answers: list[Any] = [None] * len(prompts)

        def one(place: int) -> None:
            answers[place] = self.ask(prompts[place], process=("api", "api-2")[place % 2], **given)

        threads = [threading.Thread(target=one, args=(place,)) for place in range(len(prompts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


@pytest.fixture
def caller(mill: Platform, vendor: OpenAIServer) -> Caller:
    return Caller(mill, vendor)


@pytest.fixture
def prompt() -> str:
    return f"what turns wheel {uuid.uuid4()}"


def said(answer: tuple[int, dict[str, str], Any]) -> str | None:
    assert answer[0] == 200, answer
    return answer[1].get("x-millrace-cache")


def entry_of(mill: Platform, shown: str) -> tuple[Any, ...]:
    """What the ledger and the request log say of a job, by the id that clients see."""
    rows = mill.sql(
        "SELECT j.state, j.attempt, l.cache, l.nanos, l.input_tokens, g.cache, g.status FROM jobs j"
        " JOIN ledger_entries l ON l.job = j.id JOIN request_log g ON g.job = j.id"
        " WHERE replace(j.id::text, '-', '') = %s",
        shown.removeprefix("job_"),
    )
    assert len(rows) == 1
    return rows[0]


def test_what_is_asked_again_is_not_asked_of_the_model_in_any_process(caller: Caller, prompt: str) -> None:
    first = caller.ask(prompt, fake={"tokens": 3})
    again = [caller.ask(prompt, process=name, fake={"tokens": 3}) for name in ("api", "api-2")]
    assert [said(each) for each in (first, *again)] == [MISS, HIT, HIT]
    assert caller.calls(prompt) == 1
    assert all(each[2] == first[2] for each in again)


def test_a_hit_is_a_job_of_its_own_that_succeeded_and_is_metered_as_cached(
    caller: Caller, mill: Platform, prompt: str
) -> None:
    first = caller.ask(prompt, fake={"tokens": 3})
    hit = caller.ask(prompt, fake={"tokens": 3})
    job = mill.job(hit[1]["x-request-id"])
    assert hit[1]["x-request-id"] != first[1]["x-request-id"]
    assert (job["status"], job["attempt"], job["usage"]["output_tokens"]) == ("succeeded", 1, 3)
    assert entry_of(mill, job["id"])[:4] == ("succeeded", 1, "exact", 0)
    assert mill.request("GET", f"/api/v1/jobs/{job['id']}/result")[2] == hit[2]
    assert [type for _, type, _ in mill.all_events(job["id"])][-1] == "succeeded"


@pytest.mark.parametrize(
    ("given", "headers", "second"),
    [
        ({"temperature": 0.7}, {}, None),
        ({"temperature": None}, {}, None),
        ({"temperature": 0.7, "cache": True}, {}, HIT),
        ({"temperature": 0.7}, {"x-millrace-cache": "on"}, HIT),
        ({}, {"x-millrace-cache": "off"}, None),
        ({"cache": False}, {}, None),
        ({"store": False}, {"x-millrace-cache": "on"}, None),
        ({}, {"x-millrace-cache": "refresh"}, MISS),
    ],
)
def test_only_what_is_deterministic_or_asks_for_it_is_cached(
    caller: Caller, prompt: str, given: dict[str, Any], headers: dict[str, str], second: str | None
) -> None:
    for turn in range(2):
        answer = caller.ask(prompt, headers=headers, **given)
        assert said(answer) == (second if turn else second and MISS)
    assert caller.calls(prompt) == (1 if second == HIT else 2)


def test_the_switch_never_reaches_the_model(caller: Caller, vendor: OpenAIServer, prompt: str) -> None:
    caller.ask(prompt, cache=True)
    other = caller.ask(f"other {prompt}", cache={"ttl": 5})
    bodies = [request["body"] for request in vendor.requests if prompt in json.dumps(request["body"])]
    assert other[0] == 200 and [body.get("cache") for body in bodies] == [None, {"ttl": 5}]


def test_an_unknown_word_is_refused(caller: Caller, prompt: str) -> None:
    status, _, answer = caller.ask(prompt, headers={"x-millrace-cache": "always"})
    assert status == 400 and "refresh" in answer["error"]["message"]


def test_refresh_asks_anew_and_the_next_one_gets_that(caller: Caller, prompt: str) -> None:
    caller.ask(prompt, fake={"tokens": 2})
    fresh = caller.ask(prompt, fake={"tokens": 2}, headers={"x-millrace-cache": "refresh"})
    hit = caller.ask(prompt, process="api-2", fake={"tokens": 2})
    assert (said(fresh), said(hit)) == (MISS, HIT)
    assert hit[2]["id"] == fresh[2]["id"]


def test_how_it_is_delivered_makes_no_difference_and_another_question_does(caller: Caller, prompt: str) -> None:
    caller.ask(prompt)
    same = [{"user": "u1"}, {"metadata": {"a": "b"}}, {"temperature": 0.0}, {"service_tier": "flex"}, {"stop": None}]
    assert [said(caller.ask(prompt, **each)) for each in same] == [HIT] * len(same)
    assert [said(caller.ask(prompt, **each)) for each in ({"seed": 7}, {"max_tokens": 5})] == [MISS, MISS]


def test_embeddings_are_cached_by_themselves(mill: Platform, prompt: str) -> None:
    asked = [mill.request("POST", "/v1/embeddings", {"model": "vendor", "input": prompt}) for _ in range(2)]
    assert [said(each) for each in asked] == [MISS, HIT] and asked[0][2] == asked[1][2]


def test_a_hit_streams_like_any_other_answer(mill: Platform, caller: Caller, prompt: str) -> None:
    whole = caller.ask(prompt, fake={"tokens": 5})[2]
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="vendor",
            messages=[{"role": "user", "content": prompt}],
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
            extra_body={"fake": {"tokens": 5}},
        )
        chunks = list(raw.parse())
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert raw.headers["x-millrace-cache"] == HIT and text == caller.text(whole)
    assert chunks[-1].usage and chunks[-1].usage.completion_tokens == 5
    assert caller.calls(prompt) == 1
    # Its job can be read as one that was streamed.
    assert text_of(mill.all_events(raw.headers["x-request-id"])) == text


def test_tool_calls_come_from_the_cache_whole_and_streamed(mill: Platform, prompt: str) -> None:
    tools: Any = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key, max_retries=0) as client:
        asked: Any = {"model": "vendor", "messages": [{"role": "user", "content": prompt}], "temperature": 0}
        asked |= {"tools": tools, "extra_body": {"fake": {"mode": "tools"}}}
        first = client.chat.completions.create(**asked).choices[0].message
        with client.chat.completions.stream(**asked) as events:
            second = events.get_final_completion().choices[0].message
    assert first.tool_calls and second.tool_calls
    assert first.tool_calls[0].function.arguments == second.tool_calls[0].function.arguments


def test_a_job_that_asks_for_it_has_succeeded_at_once(mill: Platform, caller: Caller, prompt: str) -> None:
    caller.ask(prompt)
    body = {"model": "vendor", "messages": [{"role": "user", "content": prompt}], "temperature": 0}
    job = {"endpoint": "/v1/chat/completions", "body": body}
    status, headers, made = mill.request("POST", "/api/v1/jobs", job)
    assert (status, headers["x-millrace-cache"], made["status"]) == (202, HIT, "succeeded")
    assert mill.job(made["id"])["status"] == "succeeded"
    status, _, waited = mill.request("POST", "/api/v1/jobs", job, {"Prefer": "wait=5"})
    assert status == 200 and caller.text(waited["result"]) and caller.calls(prompt) == 1


def test_a_key_makes_one_job_whether_it_was_cached_or_not(caller: Caller, prompt: str) -> None:
    keyed = {"Idempotency-Key": prompt}
    first, second = (caller.ask(prompt, headers=keyed) for _ in range(2))
    assert first[1]["x-request-id"] == second[1]["x-request-id"]
    cached = [caller.ask(prompt, headers={"Idempotency-Key": f"2 {prompt}"}) for _ in range(2)]
    assert cached[0][1]["x-request-id"] == cached[1][1]["x-request-id"] != first[1]["x-request-id"]
    reused = caller.ask(f"other {prompt}", headers=keyed)
    assert reused[0] == 422 and caller.calls(prompt) == 1


def test_nothing_crosses_tenants(caller: Caller, mill: Platform, prompt: str) -> None:
    stranger = mill.spawn("-c", STRANGER, stdout=-1, text=True).communicate(timeout=60)[0].strip()
    caller.ask(prompt)
    theirs = caller.ask(prompt, headers={"Authorization": f"Bearer {stranger}"})
    assert said(theirs) == MISS and caller.calls(prompt) == 2
    mill.request("DELETE", "/api/v1/cache", headers={"Authorization": f"Bearer {stranger}"})
    assert said(caller.ask(prompt)) == HIT


def test_without_redis_and_memory_the_answer_is_in_postgres(caller: Caller, mill: Platform, prompt: str) -> None:
    caller.ask(prompt)
    with redis.Redis.from_url(mill.redis_url) as client:
        client.delete(*client.keys("cache:*"))
    # The other process has it neither in its memory.
    assert said(caller.ask(prompt, process="api-2")) == HIT


def test_no_prompt_and_no_answer_lies_open(caller: Caller, mill: Platform, prompt: str) -> None:
    answer = caller.ask(prompt, fake={"text": ["the", " secret", " of mills"]})
    assert caller.text(answer[2]) == "the secret of mills"
    with redis.Redis.from_url(mill.redis_url) as client:
        values = [client.get(key) or b"" for key in client.keys("cache:*")]
    assert values and not any(b"secret" in value or prompt.encode() in value for value in values)


def test_a_purge_holds_at_once_in_every_process(caller: Caller, mill: Platform, prompt: str) -> None:
    for name in ("api", "api-2"):
        caller.ask(prompt, process=name)
    status, _, purged = mill.request("DELETE", "/api/v1/cache?model=vendor")
    assert status == 200 and purged["purged"] >= 1
    assert [said(caller.ask(prompt, process=name)) for name in ("api-2", "api")] == [MISS, HIT]
    assert mill.request("DELETE", "/api/v1/cache?model=other")[2] == {"purged": 0}
    assert said(caller.ask(prompt)) == HIT
    assert mill.request("DELETE", "/api/v1/admin/cache")[0] == 200
    assert said(caller.ask(prompt)) == MISS


def test_a_quota_counts_hits_as_requests_and_no_tokens(caller: Caller, mill: Platform, prompt: str) -> None:
    key = mill.spawn("-c", STRANGER, stdout=-1, text=True).communicate(timeout=60)[0].strip()
    [[tenant]] = mill.sql("SELECT tenant FROM api_keys ORDER BY created_at DESC LIMIT 1")
    for unit, most in (("requests", 3), ("tokens", 1_000_000)):
        mill.sql("INSERT INTO quotas (tenant, unit, hard_limit) VALUES (%s, %s, %s)", tenant, unit, most)
    theirs = {"Authorization": f"Bearer {key}"}
    answers = [caller.ask(prompt, headers=theirs) for _ in range(4)]
    assert [each[0] for each in answers] == [200, 200, 200, 429]
    used = dict(
        mill.sql(
            "SELECT q.unit, b.used FROM quota_balances b JOIN quotas q ON q.id = b.quota"
            " WHERE q.tenant = %s AND b.reserved = 0",
            tenant,
        )
    )
    tokens = answers[0][2]["usage"]["total_tokens"]
    assert used == {"requests": 3, "tokens": tokens}


def test_a_hundred_equal_requests_at_once_make_one_call(caller: Caller, mill: Platform, prompt: str) -> None:
    answers = caller.together([prompt] * 100, fake={"tokens": 3, "first_token_ms": 700})
    assert {each[0] for each in answers} == {200}
    assert caller.calls(prompt) == 1
    assert sorted(said(each) or "" for each in answers) == [HIT] * 99 + [MISS]
    assert len({each[1]["x-request-id"] for each in answers}) == 100
    cached = [entry_of(mill, each[1]["x-request-id"])[2] for each in answers]
    assert sorted(map(str, cached)) == ["None"] + ["exact"] * 99


def test_streams_fly_together_and_tell_as_it_comes(caller: Caller, mill: Platform, prompt: str) -> None:
    texts: list[tuple[str, int]] = []

    def one(port: int) -> None:
        with OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=mill.key, max_retries=0) as client:
            chunks = client.chat.completions.create(
                model="vendor",
                messages=[{"role": "user", "content": prompt}],
                temperature=0,
                stream=True,
                extra_body={"fake": {"tokens": 20, "interval_ms": 60, "first_token_ms": 300}},
            )
            pieces = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
        texts.append(("".join(pieces), len(pieces)))

    ports = [mill.ports["api"], mill.ports["api-2"]] * 6
    threads = [threading.Thread(target=one, args=(port,)) for port in ports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {text for text, _ in texts} == {"".join(f"w{i} " for i in range(20))} and len(texts) == 12
    assert caller.calls(prompt) == 1
    assert all(pieces > 5 for _, pieces in texts), "somebody got it all at once"


def test_when_the_leader_fails_a_follower_asks(caller: Caller, prompt: str) -> None:
    broken = {"mode": "status", "status": 400, "message": "no", "first_token_ms": 300}
    answers = caller.together([prompt] * 8, fake=broken)
    assert {each[0] for each in answers} == {400}
    assert 2 <= caller.calls(prompt) <= 8


def test_a_leader_that_hangs_up_does_not_take_its_followers_down(
    caller: Caller, mill: Platform, prompt: str
) -> None:
    slow = {"tokens": 3, "first_token_ms": 2500}
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key, max_retries=0) as client:
        leader = threading.Thread(target=lambda: _gives_up(client, prompt, slow))
        leader.start()
        wait_for(lambda: caller.calls(prompt) == 1, 10, "the leader to ask")
        answers: list[Any] = []
        followers = [
            threading.Thread(target=lambda name=name: answers.append(caller.ask(prompt, process=name, fake=slow)))
            for name in ("api", "api-2")
        ]
        for follower in followers:
            follower.start()
        for each in [leader, *followers]:
            each.join()
    assert [said(each) for each in answers] == [HIT, HIT]
    assert caller.calls(prompt) == 1


def _gives_up(client: OpenAI, prompt: str, fake: dict[str, Any]) -> None:
    with pytest.raises(APITimeoutError):
        client.with_options(timeout=1.2).chat.completions.create(
            model="vendor",
            messages=[{"role": "user", "content": prompt}],
            temperature=0,
            extra_body={"fake": fake},
        )


def test_the_short_way_says_what_the_long_one_says(caller: Caller, prompt: str) -> None:
    caller.ask(prompt)
    second, third = (caller.ask(prompt) for _ in range(2))
    varying = {"date", "x-request-id", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"}
    assert {name: value for name, value in second[1].items() if name not in varying} == {
        name: value for name, value in third[1].items() if name not in varying
    }
    assert second[2] == third[2] and second[1]["x-request-id"] != third[1]["x-request-id"]


def test_limits_and_revocations_hold_on_the_short_way(caller: Caller, mill: Platform, prompt: str) -> None:
    status, _, made = mill.request("POST", "/api/v1/keys", {"name": "few", "requests_per_hour": 5})
    assert status == 201, made
    few = {"Authorization": f"Bearer {made['api_key']}"}
    answers = [caller.ask(prompt, headers=few) for _ in range(7)]
    assert [each[0] for each in answers] == [200] * 5 + [429] * 2
    assert answers[-1][2]["error"]["code"] == "rate_limited"
    remaining = [each[1]["x-ratelimit-remaining-requests"] for each in answers[:5]]
    assert remaining == ["4", "3", "2", "1", "0"]
    mill.request("DELETE", f"/api/v1/keys/{made['id']}")
    wait_for(lambda: caller.ask(prompt, headers=few)[0] == 401, 5, "the key to be refused")


def test_hits_outlive_redis(vendor: OpenAIServer, prompt: str) -> None:
    alone = Platform()
    (alone.home / "models.toml").write_text(CATALOG.format(url=vendor.url))
    try:
        alone.start("api", "api-2", "remote", "sweep", "beat")
        caller = Caller(alone, vendor)
        assert said(caller.ask(prompt)) == MISS
        alone.kill("redis")
        # One has it in its memory, the other one asks Postgres.
        assert [said(caller.ask(prompt, process=name)) for name in ("api", "api-2")] == [HIT, HIT]
        assert alone.request("DELETE", "/api/v1/cache")[2] == {"purged": 1}
        alone.start_server("redis")
        wait_for(alone.redis_answers, 20, "Redis")
        assert said(caller.ask(prompt)) == MISS
    finally:
        alone.stop()
