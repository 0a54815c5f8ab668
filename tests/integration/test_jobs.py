"""Jobs over REST: what a client is promised from the submit to the result."""

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.machine import wait_for
from tests.platform import Platform, text_of

CHAT = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
REQUEST = {"endpoint": "/v1/chat/completions", "body": CHAT}
#: Demo switches: an answer at once, and one that does not come before it is cancelled.
QUICK, HANGS = {"tokens": 5, "rate": 0}, {"fail": "hang"}


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def post(platform: Platform, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], Any]:
    return platform.request("POST", f"/api/v1/jobs/{path}", headers=headers)


def cancel(platform: Platform, *jobs: dict[str, Any]) -> None:
    for job in jobs:
        assert post(platform, f"{job['id']}/cancel")[0] == 200


def said(result: dict[str, Any]) -> str:
    return str(result["choices"][0]["message"]["content"])


# --- Submit


def test_a_submitted_job_is_accepted_with_its_place_and_its_shape(platform: Platform) -> None:
    request = REQUEST | {"metadata": {"a": "b"}, "class": "batch"}
    status, headers, job = platform.request("POST", "/api/v1/jobs", request)
    assert status == 202
    assert headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert job["object"] == "job" and job["status"] == "queued" and job["class"] == "batch"
    assert job["model"] == "demo" and job["lane"] == "remote.demo" and job["metadata"] == {"a": "b"}
    assert abs(job["created_at"] - time.time()) < 60
    done = platform.finished(job["id"])
    assert done["status"] == "succeeded" and done["attempt"] == 1 and done["failures"] == 0
    assert done["usage"]["output_tokens"] > 0 and done["started_at"] <= done["finished_at"]
    assert set(done) == set(job)


def test_the_first_job_of_an_empty_lane_is_the_next_to_run(platform: Platform) -> None:
    job = platform.submit(body={"model": "absent"})
    looked = platform.job(job["id"])
    cancel(platform, job)
    assert (job["position"], looked["position"]) == (1, 1)


def test_a_caller_who_waits_gets_the_result(platform: Platform) -> None:
    status, headers, job = platform.request(
        "POST", "/api/v1/jobs", REQUEST | {"body": CHAT | {"demo": QUICK}}, {"Prefer": "wait=20"}
    )
    assert status == 200 and headers["preference-applied"] == "wait=20"
    assert job["status"] == "succeeded"
    assert job.pop("result") == platform.request("GET", f"/api/v1/jobs/{job['id']}/result")[2]
    # What is told without reading is what is read later, but for a second that may have passed.
    read = platform.job(job["id"])
    for moment in ("created_at", "started_at", "finished_at"):
        assert abs(job.pop(moment) - read.pop(moment)) <= 1
    assert job == read


def test_a_caller_who_waits_too_short_gets_the_job(platform: Platform) -> None:
    body = REQUEST | {"body": CHAT | {"demo": HANGS}}
    status, headers, job = platform.request("POST", "/api/v1/jobs", body, {"Prefer": "wait=1"})
    assert status == 202 and job["status"] in ("queued", "running")
    assert headers["location"].endswith(job["id"])
    cancel(platform, job)


def test_a_caller_who_waits_for_a_failure_is_told_of_it(platform: Platform) -> None:
    body = REQUEST | {"body": CHAT | {"demo": {"fail": "bad_request"}}}
    status, _, job = platform.request("POST", "/api/v1/jobs", body, {"Prefer": "wait=20"})
    assert status == 200 and job["status"] == "failed" and job["result"] is None
    assert job["error"]["code"] == "engine_refused"


# --- Idempotency


def test_the_same_key_and_body_is_the_same_job_live_and_finished(platform: Platform) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = platform.submit(headers=key, demo={"delay": 1})
    assert platform.submit(headers=key, demo={"delay": 1})["id"] == first["id"]
    platform.finished(first["id"])
    again = platform.submit(headers=key, demo={"delay": 1})
    assert again["id"] == first["id"] and again["status"] == "succeeded"
    status, _, waited = platform.request(
        "POST", "/api/v1/jobs", REQUEST | {"body": CHAT | {"demo": {"delay": 1}}}, key | {"Prefer": "wait=10"}
    )
    assert status == 200 and waited["id"] == first["id"] and waited["result"]


def test_the_same_key_with_another_body_is_refused(platform: Platform) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    platform.submit("one", key)
    other = REQUEST | {"body": CHAT | {"messages": [{"role": "user", "content": "two"}]}}
    status, _, problem = platform.request("POST", "/api/v1/jobs", other, key)
    assert status == 422 and problem["code"] == "idempotency_key_reused"


def test_a_key_belongs_to_its_tenant(platform: Platform, stranger: dict[str, str]) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    assert platform.submit("mine", key)["id"] != platform.submit("theirs", key | stranger)["id"]


def test_fifty_submits_at_once_with_one_key_are_one_job(platform: Platform) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    with ThreadPoolExecutor(50) as pool:
        ids = {job["id"] for job in pool.map(lambda _: platform.submit("once", key), range(50))}
    assert len(ids) == 1
    platform.finished(ids.pop())
    assert platform.sql("SELECT count(*) FROM ledger_entries l JOIN idempotency_keys k USING (job) WHERE k.key = %s",
                        key["Idempotency-Key"]) == [(1,)]


# --- List


def test_a_list_is_walked_by_cursor_and_narrowed_by_filters(platform: Platform, stranger: dict[str, str]) -> None:
    mark = uuid.uuid4().hex
    made = [platform.submit(metadata={"mark": mark, "n": str(n)}, demo=QUICK)["id"] for n in range(5)]
    platform.submit(metadata={"mark": mark}, headers=stranger)
    for id in made:
        platform.finished(id)

    def page(query: str) -> dict[str, Any]:
        status, _, found = platform.request("GET", f"/api/v1/jobs?{query}")
        assert status == 200
        return found  # type: ignore[no-any-return]

    seen, after = [], ""
    while True:
        found = page(f"limit=2&metadata[mark]={mark}{after}")
        seen += [job["id"] for job in found["data"]]
        assert found["first_id"] == found["data"][0]["id"] and found["last_id"] == found["data"][-1]["id"]
        if not found["has_more"]:
            break
        after = f"&after={found['last_id']}"
    assert seen == made[::-1]
    assert len(page(f"metadata[mark]={mark}&metadata[n]=3&status=succeeded&model=demo")["data"]) == 1
    assert page(f"metadata[mark]={mark}&status=failed")["data"] == []
    assert page(f"metadata[mark]={mark}&model=narrow")["data"] == []


# --- Cancel, retry, result


def test_cancel_is_safe_to_repeat_in_every_state(platform: Platform) -> None:
    waiting = platform.submit(run_after=soon(3600))
    running = platform.submit(demo=HANGS)
    platform.reaches(running["id"], "running")
    ended = platform.submit(demo=QUICK)
    platform.finished(ended["id"])
    for job, becomes in ((waiting, "cancelled"), (running, "cancelled"), (ended, "succeeded")):
        for _ in range(3):
            assert post(platform, f"{job['id']}/cancel")[0] == 200
        assert platform.finished(job["id"], 5)["status"] == becomes
        cancel(platform, job)
        assert platform.job(job["id"])["status"] == becomes
        assert platform.sql("SELECT count(*) FROM ledger_entries WHERE job = %s", job["id"][4:]) == [(1,)]


def test_a_retry_is_a_new_job_that_names_the_old_one(platform: Platform) -> None:
    live = platform.submit(demo=HANGS, metadata={"kept": "yes"})
    assert post(platform, f"{live['id']}/retry")[0] == 409
    cancel(platform, live)
    platform.finished(live["id"])
    status, headers, retried = post(platform, f"{live['id']}/retry", {"Idempotency-Key": uuid.uuid4().hex})
    assert status == 202 and retried["id"] != live["id"] and headers["location"].endswith(retried["id"])
    assert retried["retry_of"] == live["id"] and retried["metadata"] == {"kept": "yes"}
    assert platform.job(retried["id"])["retry_of"] == live["id"]
    cancel(platform, retried)


def test_a_retry_under_the_key_of_the_old_job_is_not_taken_for_the_old_job(platform: Platform) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    old = platform.submit(headers=key, demo={"fail": "bad_request"})
    platform.finished(old["id"])
    status, _, problem = post(platform, f"{old['id']}/retry", key)
    assert status == 422 and problem["code"] == "idempotency_key_reused"
    again = {"Idempotency-Key": uuid.uuid4().hex}
    ids = {post(platform, f"{old['id']}/retry", again)[2]["id"] for _ in range(3)}
    assert len(ids) == 1 and ids != {old["id"]}


def test_there_is_no_result_before_the_end_and_then_there_is(platform: Platform) -> None:
    job = platform.submit(demo={"delay": 1, "tokens": 3})
    status, headers, problem = platform.request("GET", f"/api/v1/jobs/{job['id']}/result")
    assert status == 409 and problem["code"] == "conflict" and headers["retry-after"] == "1"
    platform.finished(job["id"])
    status, _, result = platform.request("GET", f"/api/v1/jobs/{job['id']}/result")
    assert status == 200 and result["object"] == "chat.completion" and said(result)


def test_a_job_without_an_answer_has_no_result(platform: Platform) -> None:
    job = platform.submit(demo={"fail": "bad_request"})
    platform.finished(job["id"])
    status, headers, problem = platform.request("GET", f"/api/v1/jobs/{job['id']}/result")
    assert status == 409 and "bad request" in problem["detail"] and "retry-after" not in headers


@pytest.mark.parametrize(
    ("endpoint", "body", "kind"),
    [("/v1/completions", {"prompt": "hi"}, "text_completion"), ("/v1/embeddings", {"input": ["a", "b"]}, "list")],
)
def test_the_other_endpoints_answer_in_their_shapes(
    platform: Platform, endpoint: str, body: dict[str, Any], kind: str
) -> None:
    request = {"endpoint": endpoint, "body": {"model": "demo", "demo": QUICK} | body}
    status, _, job = platform.request("POST", "/api/v1/jobs", request, {"Prefer": "wait=20"})
    assert status == 200 and job["result"]["object"] == kind


# --- Time


def test_a_job_does_not_start_before_its_time(platform: Platform) -> None:
    job = platform.submit(run_after=soon(2), demo=QUICK)
    assert job["run_after"] and job["position"] is None
    due = platform.sql("SELECT run_after FROM jobs WHERE id = %s", job["id"][4:])[0][0]
    platform.finished(job["id"])
    assert platform.sql("SELECT started_at >= %s FROM jobs WHERE id = %s", due, job["id"][4:]) == [(True,)]


def test_a_deadline_that_passes_in_the_queue_expires_the_job(platform: Platform) -> None:
    job = platform.submit(body={"model": "absent"}, deadline=soon(1))
    done = platform.finished(job["id"], 10)
    assert done["status"] == "expired" and done["error"]["code"] == "deadline_passed" and done["started_at"] is None


def test_a_deadline_that_passes_while_it_runs_expires_the_job(platform: Platform) -> None:
    job = platform.submit(demo={"tokens": 1000, "rate": 20}, deadline=soon(2))
    done = platform.finished(job["id"], 15)
    assert done["status"] == "expired" and done["error"]["code"] == "deadline_passed" and done["started_at"]
    assert text_of(platform.all_events(job["id"]))


# --- Failures


def test_a_retry_by_policy_counts_a_failure_and_succeeds(platform: Platform) -> None:
    job = platform.submit(demo=QUICK | {"fail": "server_error", "fail_attempts": 1})
    done = platform.finished(job["id"])
    assert (done["status"], done["attempt"], done["failures"]) == ("succeeded", 2, 1)
    outcomes = platform.sql("SELECT attempt, outcome FROM attempts WHERE job = %s ORDER BY attempt", job["id"][4:])
    assert outcomes == [(1, "failed")]


def test_a_job_fails_when_its_attempts_are_used_up(platform: Platform) -> None:
    job = platform.submit(demo={"fail": "server_error"}, max_attempts=2)
    done = platform.finished(job["id"])
    assert (done["status"], done["attempt"]) == ("failed", 2)
    assert done["error"] == {"code": "engine_broken", "message": "The demo failed, as the request asked."}


def test_a_bad_request_fails_at_once_in_the_backends_words(platform: Platform) -> None:
    done = platform.finished(platform.submit(demo={"fail": "bad_request"}, max_attempts=5)["id"])
    assert (done["status"], done["attempt"]) == ("failed", 1)
    assert "calls this a bad request" in done["error"]["message"]


def test_an_outage_pauses_the_model_and_costs_no_attempt(platform: Platform) -> None:
    # The engine counts failures, not outages: so it is away for good, until the job is told otherwise.
    job = platform.submit(body={"model": "flaky"}, demo=QUICK | {"fail": "refused"}, max_attempts=1)
    wait_for(lambda: platform.job(job["id"])["attempt"] >= 2, 30, "a second try")
    seen = platform.job(job["id"])
    assert seen["status"] in ("queued", "running") and seen["failures"] == 0
    assert platform.sql("SELECT count(*) FROM model_pauses WHERE lane = 'remote.flaky' AND model = 'flaky'") == [(1,)]
    # In clear, as rows from before there was encryption are.
    body = CHAT | {"model": "flaky", "demo": QUICK}
    platform.sql("UPDATE job_requests SET body = %s WHERE job = %s", json.dumps(body), job["id"][4:])
    done = platform.finished(job["id"], 40)
    assert done["status"] == "succeeded" and done["failures"] == 0
    outcomes = platform.sql("SELECT DISTINCT outcome FROM attempts WHERE job = %s", job["id"][4:])
    assert outcomes == [("outage",)]
    platform.sql("DELETE FROM model_pauses WHERE model = 'flaky'")


# --- Position and ETA


def test_position_and_eta_are_shown_and_shrink_as_the_queue_moves(platform: Platform) -> None:
    narrow: Callable[..., dict[str, Any]] = lambda **fields: platform.submit(body={"model": "narrow"}, **fields)  # noqa: E731
    measured = narrow(demo={"tokens": 10, "rate": 50})
    platform.finished(measured["id"])
    blocker = narrow(demo=HANGS)
    platform.reaches(blocker["id"], "running")
    waiting = [narrow(demo=HANGS) for _ in range(3)]

    def places() -> list[int | None]:
        return [platform.job(job["id"])["position"] for job in waiting]

    wait_for(lambda: places() == [1, 2, 3], 10, "positions")
    wait_for(lambda: platform.job(waiting[2]["id"])["eta_seconds"], 10, "a measured ETA")
    etas = [platform.job(job["id"])["eta_seconds"] for job in waiting]
    assert etas == sorted(etas) and 0 < etas[0] < etas[2]
    assert platform.job(blocker["id"])["position"] is None
    cancel(platform, waiting[0])
    wait_for(lambda: places() == [None, 1, 2], 10, "one less to wait for")
    cancel(platform, blocker)
    platform.reaches(waiting[1]["id"], "running")
    wait_for(lambda: places() == [None, None, 1], 10, "the next to run")
    cancel(platform, *waiting)
    for job in [blocker, *waiting]:
        platform.finished(job["id"])


def test_interactive_work_overtakes_batch_work_in_a_full_lane(platform: Platform) -> None:
    kind: Callable[..., dict[str, Any]] = lambda **fields: platform.submit(body={"model": "narrow"}, **fields)  # noqa: E731
    batch = [kind(demo=HANGS, **{"class": "batch"}) for _ in range(3)]
    wait_for(lambda: any(platform.job(job["id"])["status"] == "running" for job in batch), 30, "a full lane")
    done = platform.finished(kind(demo=QUICK, **{"class": "interactive"})["id"], 20)
    assert done["status"] == "succeeded"
    assert sorted(platform.job(job["id"])["status"] for job in batch) == ["queued", "queued", "running"]
    cancel(platform, *batch)
    for job in batch:
        platform.finished(job["id"])


def test_a_lane_that_nobody_serves_keeps_its_jobs_and_says_no_eta(platform: Platform) -> None:
    job = platform.submit(body={"model": "absent"})
    wait_for(lambda: platform.job(job["id"])["position"] == 1, 5, "its position")
    seen = platform.job(job["id"])
    assert seen["status"] == "queued" and seen["eta_seconds"] is None
    cancel(platform, job)
    assert platform.job(job["id"])["status"] == "cancelled"
