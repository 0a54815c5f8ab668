"""Workers: a pool serves its lanes with as many slots as the catalog says, and both ways of waiting work."""

import base64
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
import redis

from tests.machine import wait_for
from tests.platform import Platform, text_of
from tests.sockets import connected

#: Rings as the sweep would, over and over.
_RING = """
import sys
from millrace import redis
from millrace.jobs import bell
from millrace.streams import channels
for _ in range(30):
    redis.client().delete(channels.rung(sys.argv[1]))
    bell.wake(sys.argv[1])
"""


@pytest.fixture(scope="module")
def local(platform: Platform) -> Platform:
    platform.start_process("local")
    return platform


def test_a_local_lane_runs_a_process_a_slot(local: Platform) -> None:
    jobs = [local.submit(body={"model": "pair"}, demo={"tokens": 1000, "rate": 20})["id"] for _ in range(3)]

    def running() -> list[str]:
        return [job for job in jobs if local.job(job)["status"] == "running"]

    wait_for(lambda: len(running()) == 2, 40, "both slots")
    held = local.sql("SELECT count(*), count(DISTINCT j.process), count(DISTINCT p.pid) FROM jobs j "
                     "JOIN processes p ON p.id = j.process JOIN queues q ON q.id = j.queue "
                     "WHERE j.state = 'running' AND q.lane = 'local.pair'")
    assert held == [(2, 2, 2)]
    first = running()[0]
    with local.events(first) as events:
        begun = time.monotonic()
        assert local.request("POST", f"/api/v1/jobs/{first}/cancel")[0] == 200
        assert text_of(list(events))
    assert time.monotonic() - begun < 3
    wait_for(lambda: len(running()) == 2 and first not in running(), 10, "the third in its place")
    for job in jobs:
        local.request("POST", f"/api/v1/jobs/{job}/cancel")
        assert local.finished(job, 10)["status"] == "cancelled"


def test_a_local_lane_keeps_up_with_short_jobs(local: Platform) -> None:
    jobs = [local.submit(str(n), body={"model": "pair"}, demo={"tokens": 3, "rate": 0})["id"] for n in range(20)]
    assert {local.finished(job)["status"] for job in jobs} == {"succeeded"}
    entered = local.sql("SELECT count(*) FROM ledger_entries WHERE job = ANY (%s::uuid[])", [job[4:] for job in jobs])
    assert entered == [(20,)]


def test_a_pool_that_is_told_to_stop_hands_back_what_it_runs(local: Platform) -> None:
    """A second local worker, which may be stopped: the first one is full, and takes the job over when it has room."""
    submit = lambda: local.submit(body={"model": "pair"}, demo={"tokens": 1000, "rate": 20})["id"]  # noqa: E731
    full = [submit(), submit()]
    for job in full:
        local.reaches(job, "running")
    local.start_process("local-2")
    job = submit()
    local.reaches(job, "running")
    with local.events(job) as events:
        assert [next(events)[1] for _ in range(3)] == ["queued", "started", "delta"]
        local.processes["local-2"].terminate()
        assert local.processes["local-2"].wait(15) == 0
        for each in full:
            local.request("POST", f"/api/v1/jobs/{each}/cancel")
        kinds = [next(events)[1] for _ in range(100)]
    assert kinds.index("reset") < kinds.index("started") < len(kinds) - 1
    assert local.sql("SELECT state, failures, deaths FROM jobs WHERE id = %s", job[4:]) == [("running", 0, 0)]
    local.request("POST", f"/api/v1/jobs/{job}/cancel")
    assert local.finished(job)["status"] == "cancelled"


def test_a_pool_that_there_is_not_is_refused_with_those_there_are(platform: Platform) -> None:
    refused = platform.spawn("-m", "workers", "nonsense", stderr=subprocess.PIPE, text=True)
    said = refused.communicate(timeout=30)[1]
    assert refused.returncode == 1
    assert "'nonsense'" in said and "local" in said and "remote" in said and "Traceback" not in said


def test_a_pool_whose_lanes_the_catalog_does_not_have_ends_in_peace(database: Platform) -> None:
    idle = database.spawn("-m", "workers", "local", stderr=subprocess.PIPE, text=True)
    said = idle.communicate(timeout=30)[1]
    assert idle.returncode == 0 and "nothing to do" in said


def test_a_lane_that_nobody_serves_does_not_fill_redis(platform: Platform) -> None:
    lane = "gpu.absent"
    job = platform.submit(body={"model": "absent"})["id"]
    platform.run("-c", _RING, lane)
    with redis.Redis.from_url(platform.redis_url) as client:
        unread = client.llen(lane)
    platform.request("POST", f"/api/v1/jobs/{job}/cancel")
    assert 1 <= unread <= 5


def test_flower_is_behind_a_login(platform: Platform) -> None:
    platform.start_process("flower")

    def status(password: str | None) -> int:
        headers = {}
        if password is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()
        connection = HTTPConnection("127.0.0.1", platform.flower_port, timeout=5)
        try:
            connection.request("GET", "/workers", headers=headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    wait_for(lambda: status(None), 30, "Flower")
    assert status(None) == 401
    assert status("wrong") == 401
    assert status(platform.key) == 200


def test_an_idle_api_process_stops_when_told(platform: Platform) -> None:
    platform.start_process("api-3")
    platform.processes["api-3"].terminate()
    assert platform.processes["api-3"].wait(10) == 0


# --- ASYNC_MODE=threading


@pytest.fixture(scope="module")
def threads() -> Iterator[Platform]:
    """Everything again, without eventlet."""
    made = Platform(ASYNC_MODE="threading")
    try:
        yield made.start()
    finally:
        made.stop()


def test_the_life_of_a_job_without_eventlet(threads: Platform) -> None:
    job = threads.submit(demo={"tokens": 40, "rate": 50})["id"]
    with threads.events(job) as events:
        seen = [next(events) for _ in range(4)]
        assert seen[-1][1] == "delta" and threads.job(job)["status"] == "running"
        seen += list(events)
    result = threads.request("GET", f"/api/v1/jobs/{job}/result")[2]
    assert text_of(seen) == result["choices"][0]["message"]["content"]
    assert threads.all_events(job, seen[5][0]) == seen[6:]
    assert threads.request("GET", f"/api/v1/jobs/{job}/events?after={seen[-1][0]}")[0] == 204
    body = {"model": "demo", "messages": [{"role": "user", "content": "x"}]}
    request = {"endpoint": "/v1/chat/completions", "body": body}
    status, _, waited = threads.request("POST", "/api/v1/jobs", request, {"Prefer": "wait=20"})
    assert status == 200 and waited["result"]


def test_sockets_without_eventlet(threads: Platform) -> None:
    job = threads.submit(demo={"tokens": 1000, "rate": 20})["id"]
    with connected(threads) as client:
        assert client.call("subscribe", job=job) == {"ok": True}
        client.hears(job, "delta", 10)
        assert client.call("cancel", job=job) == {"ok": True}
        client.hears(job, "cancelled", 5)
        assert client.of(job) == threads.all_events(job)


def test_many_jobs_at_a_time_without_eventlet(threads: Platform) -> None:
    jobs = [threads.submit(str(n), demo={"tokens": 60, "rate": 20})["id"] for n in range(60)]
    assert {threads.finished(job)["status"] for job in jobs} == {"succeeded"}
    times = "SELECT max(started_at) < min(finished_at) FROM jobs WHERE id = ANY (%s::uuid[])"
    assert threads.sql(times, [job[4:] for job in jobs]) == [(True,)], "they did not run side by side"


def test_a_hundred_megabytes_without_eventlet(threads: Platform) -> None:
    from tests.integration.test_bad_input import JOBS, MB, assert_problem, head, raw

    for framing in (f"Content-Length: {100 * MB}", "Transfer-Encoding: chunked"):
        piece = b" " * MB if "Length" in framing else b"%x\r\n" % MB + b" " * MB + b"\r\n"
        line = head(threads, f"POST {JOBS} HTTP/1.1", "Content-Type: application/json", framing)
        assert_problem(*raw(threads, line, *[piece] * 100), 413)


def test_being_told_to_stop_in_the_middle_of_a_claim_counts_as_no_death(threads: Platform) -> None:
    for pause in (0.0, 0.001, 0.0):
        threads.finished(threads.submit(demo={"tokens": 1, "rate": 0})["id"])
        job = threads.submit(demo={"tokens": 1000, "rate": 20})["id"]
        time.sleep(pause)
        threads.processes["remote"].terminate()
        assert threads.processes["remote"].wait(15) == 0
        threads.reaches(job, "queued")
        deaths = threads.sql("SELECT deaths FROM jobs WHERE id = %s", job[4:])
        threads.request("POST", f"/api/v1/jobs/{job}/cancel")
        threads.start_process("remote")
        assert deaths == [(0,)]


def test_stopping_without_eventlet_is_quick_and_clean(threads: Platform) -> None:
    """Last in this file."""
    job = threads.submit(demo={"tokens": 1000, "rate": 20})["id"]
    with threads.events(job) as events:
        assert [next(events)[1] for _ in range(3)] == ["queued", "started", "delta"]
        begun = time.monotonic()
        for name in ("api", "remote"):
            threads.processes[name].terminate()
        for name in ("api", "remote"):
            assert threads.processes[name].wait(15) == 0
        assert time.monotonic() - begun < 10
    assert threads.sql("SELECT state, deaths FROM jobs WHERE id = %s", job[4:]) == [("queued", 0)]
