"""Aliases, constraints, local-only mode and failover, through the doors that users have."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance import Conformance
from tests.fakes.openai_server import OpenAIServer
from tests.machine import wait_for
from tests.platform import Platform

#: `big` is dear, good, and a vendor's; `small` is cheap and ours; `blind` says nothing of what it can.
CATALOG = """
[lanes."remote.big"]
slots = 8
[lanes."remote.small"]
slots = 8

[[models]]
name = "big"
engine = "compatible"
lane = "remote.big"
url = "{big}"
private = false
quality = 95
capabilities = ["chat", "tools", "vision", "json"]
context = 200000
price = {{ input = 10, output = 50 }}
fallback = ["small"]

[[models]]
name = "small"
engine = "compatible"
lane = "remote.small"
url = "{small}"
quality = 45
capabilities = ["chat", "completions"]
context = 4000
price = {{ input = 0.1, output = 0.4 }}

[[models]]
name = "blind"
engine = "compatible"
lane = "remote.small"
url = "{small}"
quality = 1

[[aliases]]
name = "house"
aim = "fast"
models = ["small", "blind"]
"""

HARD = "Prove the theorem step by step, analyze the trade-offs of the algorithm, and write unit tests:\n```python\n```"


@pytest.fixture(scope="module")
def big() -> Iterator[OpenAIServer]:
    with OpenAIServer(tokens=2) as server:
        yield server


@pytest.fixture(scope="module")
def small() -> Iterator[OpenAIServer]:
    with OpenAIServer(tokens=2) as server:
        yield server


@pytest.fixture(scope="module")
def mill(big: OpenAIServer, small: OpenAIServer) -> Iterator[Platform]:
    made = Platform()
    (made.home / "models.toml").write_text(CATALOG.format(big=big.url, small=small.url))
    try:
        made.start()
        made.conformance = Conformance(made.request("GET", "/api/openapi.json")[2])
        yield made
    finally:
        made.stop()


def chat(mill: Platform, model: str, text: str = "Hello", **more: Any) -> tuple[int, dict[str, str], Any]:
    process, headers = more.pop("process", "api"), more.pop("headers", None)
    body = {"model": model, "messages": [{"role": "user", "content": text}]} | more
    return mill.request("POST", "/v1/chat/completions", body, headers, process=process)


@pytest.mark.parametrize(
    ("alias", "text", "model"),
    [
        ("best", "Hello", "big"),
        ("cheap", "Hello", "blind"),
        ("cheap", HARD, "big"),
        ("private", HARD, "small"),
        ("cheap", "word " * 5_000, "blind"),
        ("house", HARD, "small"),
    ],
)
def test_an_alias_stands_for_what_suits_the_request_and_the_answer_says_which_and_why(
    mill: Platform, alias: str, text: str, model: str
) -> None:
    status, headers, answer = chat(mill, alias, text)
    assert status == 200 and answer["model"] == model, answer
    assert headers["x-millrace-route"].startswith(f"{model}; {alias}; "), headers["x-millrace-route"]
    job = mill.job(headers["x-request-id"])
    assert job["model"] == model and job["route"]["asked"] == alias
    assert job["route"]["chain"][0] == model and f"{model}; {job['route']['why']}" == headers["x-millrace-route"]


def test_a_stream_says_who_answers_in_its_header_and_in_its_chunks(mill: Platform) -> None:
    status, headers, raw = chat(mill, "best", stream=True)
    assert status == 200 and headers["x-millrace-route"].startswith("big; best; ")
    assert b'"model":"big"' in raw and b'"model":"best"' not in raw


def test_a_model_that_is_named_answers_as_asked(mill: Platform) -> None:
    status, headers, answer = chat(mill, "blind", tools=[{"type": "function", "function": {"name": "f"}}])
    assert (status, answer["model"], headers["x-millrace-route"]) == (200, "blind", "blind; as asked")
    assert mill.job(headers["x-request-id"])["route"] is None


def test_what_a_model_cannot_do_is_refused_with_what_would_do(mill: Platform) -> None:
    tool = [{"type": "function", "function": {"name": "f"}}]
    status, _, refused = chat(mill, "small", tools=tool)
    assert status == 400 and refused["error"]["code"] == "model_unable"
    assert "small cannot do tools" in refused["error"]["message"] and "big" in refused["error"]["message"]
    seen = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
    body = {"model": "small", "messages": [{"role": "user", "content": seen}]}
    status, _, problem = mill.request("POST", "/api/v1/jobs", {"endpoint": "/v1/chat/completions", "body": body})
    assert status == 400 and problem["code"] == "model_unable" and "big" in problem["detail"]
    status, _, refused = mill.request("POST", "/v1/embeddings", {"model": "best", "input": "x"})
    assert status == 400 and refused["error"]["code"] == "model_unable"
    assert "These can: demo" in refused["error"]["message"]
    assert chat(mill, "best", tools=tool)[2]["model"] == "big"
    # No chain leads where it could not be answered.
    assert mill.job(chat(mill, "best", tools=tool)[1]["x-request-id"])["route"]["chain"] == ["big", "blind"]


def test_a_key_gets_only_the_models_that_it_may_use(mill: Platform) -> None:
    status, _, made = mill.request("POST", "/api/v1/keys", {"name": "narrow", "models": ["small"]})
    assert status == 201, made
    key = {"Authorization": f"Bearer {made['api_key']}"}
    assert chat(mill, "best", HARD, headers=key)[2]["model"] == "small"
    assert mill.job(chat(mill, "best", headers=key)[1]["x-request-id"])["route"]["chain"] == ["small"]
    status, _, refused = chat(mill, "big", headers=key)
    assert status == 403 and refused["error"]["code"] == "model_not_allowed"
    listed = mill.request("GET", "/api/v1/models", headers=key)[2]
    assert [model["id"] for model in listed["data"]] == ["small"]


def test_openais_list_has_the_aliases_that_one_may_use_after_the_models(mill: Platform) -> None:
    listed = mill.request("GET", "/v1/models")[2]["data"]
    names = [each["id"] for each in listed]
    assert names == ["demo", "big", "small", "blind", "best", "fast", "cheap", "private", "house"]
    assert [each["id"] for each in listed if "alias_of" in each] == names[4:]
    assert {each["owned_by"] for each in listed[4:]} == {"millrace"}
    assert listed[-1]["alias_of"] == ["small", "blind"] and listed[-2]["alias_of"] == ["small", "blind"]
    assert mill.request("GET", "/v1/models/best")[2] == listed[4]
    _, _, made = mill.request("POST", "/api/v1/keys", {"name": "narrow", "models": ["big"]})
    key = {"Authorization": f"Bearer {made['api_key']}"}
    theirs = mill.request("GET", "/v1/models", headers=key)[2]["data"]
    assert {each["id"]: each.get("alias_of") for each in theirs} == {
        "big": None, "best": ["big"], "fast": ["big"], "cheap": ["big"]
    }  # fmt: skip
    for name, status in (("best", 200), ("private", 404), ("house", 404), ("nobody", 404)):
        assert mill.request("GET", f"/v1/models/{name}", headers=key)[0] == status


def test_while_a_model_is_out_its_fallback_answers_and_then_it_is_tried_again(
    mill: Platform, big: OpenAIServer
) -> None:
    big.defaults = {"mode": "status", "status": 503, "tokens": 2}
    status, headers, answer = chat(mill, "big")
    assert (status, answer["model"], headers["x-millrace-route"]) == (200, "small", "small; big was out")
    job = mill.job(headers["x-request-id"])
    assert (job["failures"], job["attempt"]) == (0, 2)
    assert job["route"]["moved"] == [{"from": "big", "because": "engine_unavailable, status 503"}]
    wait_for(lambda: _shown(mill, "big")["paused"], 10, "told to who looks")
    assert "503" in _shown(mill, "big")["paused"]["reason"] and not _shown(mill, "big")["loaded"]
    big.defaults = {"tokens": 2}
    wait_for(lambda: chat(mill, "big")[2]["model"] == "big", 40, "the model is back")
    wait_for(lambda: chat(mill, "big")[1]["x-millrace-route"] == "big; as asked", 10, "as if nothing had been")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/responses", {"input": "Hello"}),
        ("/v1/messages", {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 9}),
    ],
)
def test_whoever_answers_in_the_end_is_named_in_every_dialect(
    mill: Platform, big: OpenAIServer, path: str, body: dict[str, Any], stream: bool
) -> None:
    big.defaults = {"mode": "status", "status": 503, "tokens": 2}
    found: list[Any] = []

    def tried_and_went_on() -> bool:
        status, headers, said = mill.request("POST", path, {"model": "big", "stream": stream} | body)
        found[:] = [said]
        return status == 200 and mill.job(headers["x-request-id"])["attempt"] == 2

    wait_for(tried_and_went_on, 60, "a job that was first given to the model that is out")
    big.defaults = {"tokens": 2}
    [said] = found
    if not stream:
        assert said["model"] == "small"
        return
    told = [json.loads(line[6:]) for line in said.decode().split("\n") if line.startswith("data: ")]
    if path == "/v1/messages":
        assert told[0]["type"] == "message_start" and told[0]["message"]["model"] == "small"
        return
    assert told[-1]["type"] == "response.completed" and told[-1]["response"]["model"] == "small"
    assert [each["response"]["model"] for each in told if each["type"] == "response.in_progress"] == ["big", "small"]
    again = mill.request("GET", f"/v1/responses/{told[-1]['response']['id']}")[2]
    assert again["model"] == "small"


def _shown(mill: Platform, name: str) -> dict[str, Any]:
    return next(model for model in mill.request("GET", "/api/v1/models")[2]["data"] if model["id"] == name)


def test_failures_in_a_row_count_as_out_too(mill: Platform, big: OpenAIServer) -> None:
    big.defaults = {"mode": "status", "status": 500, "tokens": 2}
    jobs = [mill.submit("x", body={"model": "big", "stream": False}, max_attempts=3)["id"] for _ in range(5)]
    ended = [mill.finished(job) for job in jobs]
    assert {job["status"] for job in ended} == {"succeeded"} and {job["model"] for job in ended} == {"small"}, ended
    big.defaults = {"tokens": 2}
    wait_for(lambda: chat(mill, "big")[2]["model"] == "big", 60, "the model is back")


def test_an_account_without_credit_is_no_reason_to_fail_where_another_model_may_answer(
    mill: Platform, big: OpenAIServer
) -> None:
    wait_for(lambda: not _shown(mill, "big")["paused"], 60, "nothing is out")
    big.defaults = {"mode": "quota", "tokens": 2}
    status, headers, answer = chat(mill, "big")
    assert (status, answer["model"]) == (200, "small"), answer
    assert mill.job(headers["x-request-id"])["route"]["moved"] == [{"from": "big", "because": "backend_quota"}]
    big.defaults = {"tokens": 2}
    assert chat(mill, "big")[2]["model"] == "big"


def test_a_fallback_whose_quota_is_spent_takes_nothing_over(mill: Platform, big: OpenAIServer) -> None:
    wait_for(lambda: not _shown(mill, "big")["paused"], 60, "nothing is out")
    quota = {"unit": "requests", "model": "small", "hard_limit": 0}
    status, _, made = mill.request("PUT", "/api/v1/quotas", quota)
    assert status == 200, made
    big.defaults = {"mode": "status", "status": 503}
    id = mill.submit("x", body={"model": "big", "stream": False})["id"]
    wait_for(lambda: mill.sql("SELECT 1 FROM attempts WHERE job = %s AND outcome = 'outage'", id[4:]), 20, "an outage")
    job = mill.job(id)
    assert (job["status"], job["model"]) == ("queued", "big")
    big.defaults = {"tokens": 2}
    assert (mill.finished(id, 60)["model"], mill.job(id)["status"]) == ("big", "succeeded")
    assert mill.request("DELETE", f"/api/v1/quotas/{made['id']}")[0] == 204
    assert mill.sql("SELECT count(*) FROM quota_balances WHERE reserved <> 0") == [(0,)]


def test_local_only_nothing_leaves_the_house_by_any_door(mill: Platform, big: OpenAIServer) -> None:
    mill.kill("remote")
    before = big.asked
    waiting = mill.submit("x", body={"model": "big", "stream": False})["id"]
    mill.extra["LOCAL_ONLY"] = "True"
    try:
        mill.start_process("api-2")
        mill.start_process("remote")
        status, _, refused = chat(mill, "big", process="api-2")
        assert status == 403 and refused["error"]["code"] == "local_only"
        assert chat(mill, "best", HARD, process="api-2")[2]["model"] == "small"
        listed = mill.request("GET", "/api/v1/models", process="api-2")[2]["data"]
        assert [model["id"] for model in listed] == ["demo", "small", "blind"]
        # What was accepted before is not called either.
        assert mill.finished(waiting)["error"]["code"] == "local_only"
        assert big.asked == before
    finally:
        del mill.extra["LOCAL_ONLY"]
        mill.kill("api-2")
        mill.kill("remote")
        mill.start_process("remote")
