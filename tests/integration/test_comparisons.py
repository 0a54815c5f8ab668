"""Comparisons: ordinary jobs in the caller's name, graded without a judge, kept, and finished whoever looks or dies."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.fakes.pupil import Pupils
from tests.machine import wait_for
from tests.payer import INPUT, OUTPUT, Payer
from tests.platform import Platform

COMPARISONS = "/api/v1/comparisons"

LANE, BOTTLENECK = "remote.pupils", "remote.bottleneck"

#: What each of them knows, and how it fails or dawdles.
PUPILS: dict[str, dict[str, Any]] = {
    "scholar": {"knows": 1.0, "first_token_ms": 30},
    "dunce": {"knows": 0.0},
    "broken": {"mode": "status", "status": 400, "message": "no"},
    "down": {"mode": "status", "status": 500},
    "slow": {"first_token_ms": 60_000},
}

#: Quicker than the shipped ones.
SUM = {"id": "sum", "category": "arithmetic", "prompt": "2 + 2?", "checks": [{"kind": "contains", "values": ["ok"]}]}
TALK = {"id": "talk", "prompt": "Talk."}


@pytest.fixture(scope="module")
def pupils(platform: Platform) -> Iterator[Pupils]:
    """Live models of the shared platform, in lanes of their own; taken out again at the end."""
    with Pupils(**PUPILS) as server:
        for name, slots in ((LANE, 32), (BOTTLENECK, 1)):
            # A lane is made where a worker runs.
            wait_for(lambda: put(platform, f"lanes/{name}", {"slots": slots}), 30, name)  # noqa: B023
        for name in PUPILS:
            # One after the other: of many at once all have failed before anybody could give up.
            lane = BOTTLENECK if name in ("slow", "down") else LANE
            entry = {"engine": "compatible", "lane": lane, "url": server.url}
            assert put(platform, f"models/{name}", entry)
        yield server
        for made in (*(f"models/{name}" for name in PUPILS), f"lanes/{LANE}", f"lanes/{BOTTLENECK}"):
            assert platform.request("DELETE", f"/api/v1/admin/{made}")[0] == 204


def put(platform: Platform, path: str, entry: dict[str, Any]) -> bool:
    return platform.request("PUT", f"/api/v1/admin/{path}", entry)[0] == 200


@pytest.fixture
def payer(platform: Platform, pupils: Pupils) -> Payer:
    platform.sql(
        "INSERT INTO prices (model, input_nanos, output_nanos, valid_from) VALUES ('scholar', %s, %s, '2020-01-01') "
        "ON CONFLICT DO NOTHING", INPUT, OUTPUT,
    )  # fmt: skip
    return Payer(platform)


def start(payer: Payer, *models: str, **fields: Any) -> dict[str, Any]:
    headers = fields.pop("headers", {})
    status, found = payer.ask("POST", COMPARISONS, {"models": list(models)} | fields, headers=headers)
    assert status == 202, found
    return found  # type: ignore[no-any-return]


def look(payer: Payer, id: str) -> dict[str, Any]:
    status, found = payer.ask("GET", f"{COMPARISONS}/{id}")
    assert status == 200, found
    return found  # type: ignore[no-any-return]


def over(payer: Payer, id: str, seconds: float = 60) -> dict[str, Any]:
    wait_for(lambda: look(payer, id)["status"] != "running", seconds, id)
    return look(payer, id)


# --- What is found


def test_who_answers_right_scores_all_and_who_does_not_little(payer: Payer) -> None:
    started = start(payer, "scholar", "dunce")
    assert (started["jobs"], started["prompts"], started["prompt_set"]) == (80, 40, "default")
    found = over(payer, started["id"])
    scholar, dunce = found["figures"]
    assert (found["status"], found["ended"], found["models"]) == ("completed", 80, ["scholar", "dunce"])
    assert scholar["quality"]["score"] == 1.0 and scholar["quality"]["missed"] == []
    assert dunce["quality"]["score"] < 0.1 and {each["n"] for each in dunce["quality"]["categories"]} == {5}
    for figures in (scholar, dunce):
        assert (figures["succeeded"], figures["errors"], figures["cancelled"]) == (40, {}, 0)
        assert figures["first_token"]["n"] == figures["seconds"]["n"] == figures["quality"]["n"] == 40
        assert figures["first_token"]["p50"] <= figures["seconds"]["p50"] <= figures["seconds"]["p99"]
    # The worker timed it: not sooner than the backend sent it, nor when somebody looked.
    assert scholar["first_token"]["p50"] >= 0.03


def test_its_jobs_are_ordinary_ones_in_the_callers_name_and_cost_what_they_cost(payer: Payer) -> None:
    quota = payer.quota("requests", 50)
    started = start(payer, "scholar", prompts=[SUM, TALK], rounds=3)
    found = over(payer, started["id"])
    listed = payer.ask("GET", f"/api/v1/jobs?metadata[comparison]={started['id']}&limit=100")[1]["data"]
    assert len(listed) == 6 and {job["class"] for job in listed} == {"batch"}
    assert {(job["metadata"]["prompt"], job["metadata"]["round"]) for job in listed} == {
        (prompt, round) for prompt in ("sum", "talk") for round in "123"
    }
    entries = payer.ask("GET", "/api/v1/ledger?limit=100")[1]["data"]
    assert {entry["id"] for entry in entries} == {job["id"] for job in listed}
    assert all(entry["api_key"].endswith(payer.key.replace("-", "")) for entry in entries)
    cost = sum(float(entry["cost_usd"]) for entry in entries)
    assert float(found["figures"][0]["cost_usd"]) == pytest.approx(cost) and cost > 0
    assert payer.balance(quota) == (6, 0) and payer.balances()
    assert found["figures"][0]["quality"]["n"] == 3, "only what has checks is graded"


def test_the_request_log_has_the_time_to_the_first_token_of_what_streamed(payer: Payer) -> None:
    for stream in (True, False):
        status, job = payer.submit("scholar", stream=stream)
        assert status == 202, job
    payer.finished()
    rows = payer.platform.sql(
        "SELECT r.stream, g.first_ms, g.ran_ms FROM request_log g JOIN job_requests r USING (job) "
        "WHERE g.tenant = %s ORDER BY 1", payer.tenant,
    )  # fmt: skip
    (_, none, ran), (_, first, whole) = rows
    assert none is None and ran >= 30 and 30 <= first <= whole


def test_no_cache_answers_and_none_keeps_what_was_answered(payer: Payer, pupils: Pupils) -> None:
    payer.ask("PUT", "/api/v1/cache", {"semantic": True})
    messages = [{"role": "user", "content": TALK["prompt"]}]
    chat = {"model": "scholar", "messages": messages, "temperature": 0, "max_tokens": 9}
    assert payer.ask("POST", "/v1/chat/completions", chat)[0] == 200
    before = pupils.asked
    for _ in range(2):
        over(payer, start(payer, "scholar", prompts=[TALK], rounds=2, max_tokens=9)["id"])
    assert pupils.asked - before == 4
    assert payer.platform.sql("SELECT count(*) FROM cache_entries WHERE tenant = %s", payer.tenant) == [(1,)]
    assert "cache" not in pupils.requests[-1]["body"]


def test_errors_are_counted_by_their_code_and_are_no_answers(payer: Payer) -> None:
    found = over(payer, start(payer, "broken", "scholar", prompts=[SUM, TALK])["id"])
    broken, scholar = found["figures"]
    assert (broken["succeeded"], broken["errors"], broken["cancelled"]) == (0, {"engine_refused": 2}, 0)
    assert (broken["first_token"], broken["quality"], broken["cost_usd"]) == (None, None, "0.00")
    assert scholar["succeeded"] == 2 and found["status"] == "completed"


def test_a_model_that_only_fails_is_given_up(payer: Payer) -> None:
    found = over(payer, start(payer, "down", prompts=[TALK], rounds=60)["id"])
    figures = found["figures"][0]
    assert found["status"] == "completed" and sum(figures["errors"].values()) >= 5
    assert figures["cancelled"] + sum(figures["errors"].values()) == 60 and figures["cancelled"] > 0


def test_what_has_not_ended_in_time_is_an_error(payer: Payer) -> None:
    found = over(payer, start(payer, "slow", prompts=[TALK], rounds=2, within_seconds=1)["id"])
    assert found["figures"][0]["errors"] == {"deadline_passed": 2}


def test_the_list_is_a_models_history_newest_first(payer: Payer) -> None:
    old = over(payer, start(payer, "scholar", prompts=[TALK])["id"])
    new = over(payer, start(payer, "dunce", "scholar", prompts=[TALK])["id"])
    listed = payer.ask("GET", f"{COMPARISONS}?model=scholar&limit=1")[1]
    assert [each["id"] for each in listed["data"]] == [new["id"]] and listed["has_more"]
    rest = payer.ask("GET", f"{COMPARISONS}?model=scholar&after={listed['last_id']}")[1]
    assert [each["id"] for each in rest["data"]] == [old["id"]] and rest["data"][0]["figures"] == old["figures"]
    assert [each["id"] for each in payer.ask("GET", f"{COMPARISONS}?model=dunce")[1]["data"]] == [new["id"]]
    assert payer.ask("GET", f"{COMPARISONS}?model=nobody")[1]["data"] == []
    other = start(payer, "dunce", prompts=[SUM])
    assert old["prompts_hash"] == new["prompts_hash"] != other["prompts_hash"]


def test_the_picture_is_svg_and_runs_nothing(payer: Payer) -> None:
    id = over(payer, start(payer, "scholar", prompts=[SUM])["id"])["id"]
    path = f"{COMPARISONS}/{id}/picture.svg"
    status, headers, body = payer.platform.request("GET", path, headers=payer.headers)
    assert status == 200 and headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"
    assert "scholar" in "".join(ElementTree.fromstring(body).itertext())


# --- Its life


def test_the_same_key_gives_the_same_comparison_and_another_request_is_refused(payer: Payer) -> None:
    key = {"headers": {"Idempotency-Key": "once"}}
    started: list[dict[str, Any]] = []
    crowd = [
        threading.Thread(target=lambda: started.append(start(payer, "dunce", prompts=[TALK], **key))) for _ in range(5)
    ]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert len({each["id"] for each in started}) == 1 and len(started) == 5
    assert payer.platform.sql("SELECT count(*) FROM jobs WHERE tenant = %s", payer.tenant) == [(1,)]
    other = payer.ask("POST", COMPARISONS, {"models": ["scholar"]}, headers=key["headers"])
    assert other[0] == 422 and other[1]["code"] == "idempotency_key_reused"


def test_cancel_ends_what_has_not_ended_and_keeps_what_was_measured(payer: Payer) -> None:
    started = start(payer, "scholar", "slow", prompts=[TALK], rounds=4)
    wait_for(lambda: look(payer, started["id"])["ended"] == 4, 30, "scholar")
    for _ in range(2):
        status, found = payer.ask("POST", f"{COMPARISONS}/{started['id']}/cancel")
        assert status == 200 and found["cancel_requested"]
    found = over(payer, started["id"], 15)
    scholar, slow = found["figures"]
    assert found["status"] == "cancelled" and (scholar["succeeded"], slow["cancelled"]) == (4, 4)
    states = {job["status"] for job in payer.ask("GET", "/api/v1/jobs?model=slow")[1]["data"]}
    assert states == {"cancelled"} and payer.ask("POST", f"{COMPARISONS}/{started['id']}/cancel")[1] == found


def test_it_comes_to_its_end_though_nobody_looks(payer: Payer) -> None:
    id = start(payer, "scholar", prompts=[SUM], rounds=3)["id"]
    done = "SELECT 1 FROM comparisons WHERE id = %s AND outcome = 'completed' AND summary IS NOT NULL"
    wait_for(lambda: payer.platform.sql(done, id[4:]), 30, "the sweep")
    assert look(payer, id)["figures"][0]["quality"] == {
        "score": 1.0, "n": 3, "categories": [{"category": "arithmetic", "score": 1.0, "n": 3}], "missed": [],
    }  # fmt: skip


def test_many_who_look_at_once_on_several_processes_see_one_end(payer: Payer, second_api: str) -> None:
    id = start(payer, "scholar", "dunce", prompts=[SUM, TALK], rounds=10)["id"]
    seen: list[str] = []

    def watch(process: str) -> None:
        status, found = payer.ask("GET", f"{COMPARISONS}/{id}", process=process)
        while status == 200 and found["status"] == "running":
            status, found = payer.ask("GET", f"{COMPARISONS}/{id}", process=process)
        seen.append(json.dumps(found, sort_keys=True))

    crowd = [threading.Thread(target=watch, args=(process,)) for process in ("api", second_api) * 3]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join(60)
    assert len(seen) == 6 and len(set(seen)) == 1
    assert [each["quality"]["n"] for each in json.loads(seen[0])["figures"]] == [10, 10]


def test_prompts_and_what_is_expected_lie_sealed(payer: Payer) -> None:
    secret = "quetzalwhisperbrook"
    checks = [{"kind": "equals", "value": f"{secret} answer"}, {"kind": "matches", "pattern": secret}]
    over(payer, start(payer, "dunce", prompts=[{"id": "a", "prompt": f"Say {secret}.", "checks": checks}])["id"])
    rows = payer.platform.sql(
        "SELECT x::text FROM comparisons x WHERE tenant = %s UNION ALL "
        "SELECT c::text FROM comparison_calls c WHERE tenant = %s", payer.tenant, payer.tenant,
    )  # fmt: skip
    assert len(rows) == 2 and secret not in str(rows)


# --- What is refused


MISSHAPEN, ENDLESS = {"kind": "matches", "pattern": "("}, {"kind": "json", "schema": {"$ref": "#"}}

MANY = [{"id": f"p{n}", "prompt": "?"} for n in range(200)]


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"models": []}, 400, "invalid_field", "models"),
        ({"models": ["dunce"] * 11}, 400, "invalid_field", "models"),
        ({"models": ["dunce", "dunce"]}, 400, "invalid_field", "models"),
        ({"models": ["nobody"]}, 400, "unknown_model", "models"),
        ({"models": ["best"]}, 400, "unknown_model", "models"),
        ({"models": ["a\x00"]}, 400, "invalid_json", None),
        ({"prompts": "others"}, 400, "invalid_field", "prompts"),
        ({"prompts": []}, 400, "invalid_field", "prompts"),
        ({"prompts": [TALK, TALK]}, 400, "invalid_field", "prompts"),
        ({"prompts": [TALK | {"id": "a b"}]}, 400, "invalid_field", "prompts"),
        ({"prompts": [TALK | {"checks": [MISSHAPEN]}]}, 400, "invalid_field", "prompts"),
        ({"prompts": [TALK | {"checks": [ENDLESS]}]}, 400, "invalid_field", "prompts"),
        ({"prompts": MANY, "rounds": 6}, 400, "invalid_field", "rounds"),
        ({"rounds": 0}, 400, "invalid_field", "rounds"),
        ({"max_tokens": 10**30}, 400, "invalid_field", "max_tokens"),
        ({"temperature": -1}, 400, "invalid_field", "temperature"),
        ({"within_seconds": 1e300}, 400, "invalid_field", "within_seconds"),
        ({"surprise": 1}, 400, "invalid_field", "surprise"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_compared_is_refused_and_named(
    payer: Payer, body: dict[str, Any], status: int, code: str, param: str | None
) -> None:
    found, problem = payer.ask("POST", COMPARISONS, {"models": ["dunce"]} | body)
    assert (found, problem["code"]) == (status, code), problem
    assert (problem.get("param") or "").startswith(param or ""), problem


def test_it_says_how_many_jobs_are_too_many(payer: Payer) -> None:
    problem = payer.ask("POST", COMPARISONS, {"models": ["dunce", "scholar"], "rounds": 13})[1]
    assert "2 models x 40 prompts x 13 rounds make 1040 jobs" in problem["detail"]


def test_a_quota_that_does_not_cover_all_of_it_lets_none_of_it_in(payer: Payer) -> None:
    quota = payer.quota("requests", 5)
    status, problem = payer.ask("POST", COMPARISONS, {"models": ["dunce"], "prompts": [TALK], "rounds": 6})
    assert (status, problem["code"]) == (429, "quota_exceeded")
    for table in ("jobs", "comparisons", "comparison_calls"):
        assert payer.platform.sql(f"SELECT count(*) FROM {table} WHERE tenant = %s", payer.tenant) == [(0,)]
    assert payer.balance(quota) == (0, 0)
    over(payer, start(payer, "dunce", prompts=[TALK], rounds=5)["id"])
    assert payer.balance(quota) == (5, 0)


def test_it_counts_against_the_hour_as_its_jobs_do(platform: Platform, payer: Payer) -> None:
    platform.sql("UPDATE api_keys SET requests_per_hour = 10 WHERE id = %s", payer.key)
    key = {"headers": {"Idempotency-Key": "hour"}}
    start(payer, "dunce", prompts=[TALK], rounds=6, **key)
    # Asked again, it makes no job more: one request.
    start(payer, "dunce", prompts=[TALK], rounds=6, **key)
    hourly = {each["of"]: each["used"] for each in payer.ask("GET", "/api/v1/quota")[1]["hourly"]}
    assert hourly["key"] == 7
    for rounds, told in ((4, "It may come in"), (11, "Ask for less at a time")):
        body = {"models": ["dunce"], "prompts": [TALK], "rounds": rounds}
        status, problem = payer.ask("POST", COMPARISONS, body)
        assert (status, problem["code"]) == (429, "rate_limited") and told in problem["detail"]
    assert platform.sql("SELECT count(*) FROM jobs WHERE tenant = %s", payer.tenant) == [(6,)]


def test_a_key_compares_only_models_that_it_may_use(platform: Platform, payer: Payer) -> None:
    platform.sql("UPDATE api_keys SET models = ARRAY['scholar'] WHERE id = %s", payer.key)
    status, problem = payer.ask("POST", COMPARISONS, {"models": ["scholar", "dunce"]})
    assert (status, problem["code"]) == (403, "model_not_allowed")


def test_what_the_tenants_guard_refuses_is_refused_here_and_the_prompt_named(payer: Payer) -> None:
    rule = {"kind": "words", "name": "codenames", "words": ["bluebird"], "side": "prompt"}
    assert payer.ask("PUT", "/api/v1/guard", {"rules": [rule]})[0] == 200
    prompts = [TALK, {"id": "told", "prompt": "Tell me of Bluebird."}]
    status, problem = payer.ask("POST", COMPARISONS, {"models": ["dunce"], "prompts": prompts})
    assert (status, problem["code"]) == (400, "content_filter") and "'told'" in problem["detail"]


# --- The command


def command(payer: Payer, *arguments: str, url: bool = True) -> "subprocess.Popen[str]":
    env = payer.platform.env() | {"MILLRACE_API_KEY": payer.secret}
    env |= {"MILLRACE_URL": f"http://127.0.0.1:{payer.platform.port}"} if url else {}
    heard: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": env}
    return payer.platform.spawn("-m", "millrace.machine.command", "bench", "models", *arguments, **heard)  # type: ignore[return-value]


def said(payer: Payer, *arguments: str) -> tuple[int, str, str]:
    made = command(payer, *arguments)
    out, err = made.communicate(timeout=60)
    return made.returncode, out, err


PROMPTS = """
[[prompts]]
id = "sum"
category = "arithmetic"
prompt = "2 + 2?"
checks = [{ kind = "contains", values = ["ok"] }]
"""


def test_the_command_shows_models_side_by_side_and_over_time(payer: Payer, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(PROMPTS)
    picture = tmp_path / "out.svg"
    own = ("--prompts", str(tmp_path / "own.toml"))
    code, out, err = said(payer, "scholar", "broken", *own, "--rounds", "2", "--picture", str(picture))
    assert code == 0, err
    assert "2 models x 1 prompt x 2 rounds = 4 jobs" in err
    for row in ("2 of 2", "100 % of 2", "2 engine_refused", "first token, p50", "arithmetic", "completed"):
        assert row in out, out
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    code, out, _ = said(payer, "scholar", "--history")
    assert code == 0 and out.count("100 % of 2") == 1 and out.count("\n") == 3, out
    code, out, _ = said(payer, "broken", *own, "--json")
    assert code == 1 and json.loads(out)["figures"][0]["errors"] == {"engine_refused": 1}


def test_the_command_says_what_is_wrong(payer: Payer) -> None:
    code, out, err = said(payer, "nobody")
    assert (code, out) == (1, "") and "No model is named 'nobody'" in err and "Traceback" not in err


def test_ctrl_c_cancels_the_comparison(payer: Payer, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(PROMPTS)
    made = command(payer, "slow", "--prompts", str(tmp_path / "own.toml"), "--json")
    runs = "SELECT 1 FROM jobs WHERE tenant = %s AND state = 'running'"
    wait_for(lambda: payer.platform.sql(runs, payer.tenant), 30, "it runs")
    made.send_signal(signal.SIGINT)
    out, err = made.communicate(timeout=30)
    assert made.returncode == 130, err
    found = json.loads(out)
    assert (found["status"], found["figures"][0]["cancelled"]) == ("cancelled", 1)
