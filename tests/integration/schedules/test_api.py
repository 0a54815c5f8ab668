"""Schedules as their users have them, fired by two beats and two sweeps."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.machine import wait_for
from tests.people import Person, register
from tests.platform import Platform

PATH = "/api/v1/schedules"
CHAT = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 2, "rate": 0}}
JOB = {"endpoint": "/v1/chat/completions", "body": CHAT}
DAILY = {"name": "daily", "cron": "30 2 * * *", "zone": "Europe/Berlin", "job": JOB}
BUCKET = {
    "bucket": "theirs",
    "key": "in/{date}.jsonl",
    "credentials": {"access_key_id": "K", "secret_access_key": "hush"},
}
BATCH = {"endpoint": "/v1/chat/completions", "input": {"s3": BUCKET}}


@pytest.fixture(scope="module")
def mill(platform: Platform) -> Iterator[Platform]:
    """The shared platform, with a second beat and a second sweep."""
    for name in ("beat-2", "sweep-2"):
        platform.start_process(name)
    yield platform
    for name in ("beat-2", "sweep-2"):
        platform.signal(name, signal.SIGTERM)
        platform.processes.pop(name).wait(20)


@pytest.fixture(scope="module")
def owner(mill: Platform) -> Person:
    return register(mill)


def made(owner: Person, **fields: Any) -> dict[str, Any]:
    status, answer = owner.ask("POST", PATH, DAILY | fields)
    assert status == 201, answer
    return answer  # type: ignore[no-any-return]


def runs(owner: Person, schedule: dict[str, Any]) -> list[dict[str, Any]]:
    return owner.get(f"{PATH}/{schedule['id']}/runs")["data"]  # type: ignore[no-any-return]


def test_what_is_due_runs_once_though_two_beats_and_two_sweeps_are_at_it(mill: Platform, owner: Person) -> None:
    schedules = [made(owner, name=str(number)) for number in range(10)]
    ids = [each["id"].removeprefix("sched_") for each in schedules]
    mill.sql("UPDATE schedules SET next_at = clock_timestamp() WHERE id = ANY (%s::uuid[])", ids)

    def all_succeeded() -> bool:
        return all([run["result_status"] for run in runs(owner, each)] == ["succeeded"] for each in schedules)

    wait_for(all_succeeded, 30, "ten runs")
    tenant = owner.tenant.removeprefix("ten_")
    assert mill.sql("SELECT count(*) FROM jobs WHERE tenant = %s", tenant) == [(10,)]
    (run,) = runs(owner, schedules[0])
    assert run["status"] == "fired" and not run["asked"] and owner.get(f"/api/v1/jobs/{run['job_id']}")


def test_one_sees_what_one_wrote_but_for_secrets(owner: Person) -> None:
    schedule = made(owner)
    assert len(schedule["next_runs"]) == 5 and all("T0" in each for each in schedule["next_runs"])
    assert schedule["job"]["body"] == CHAT and schedule["runs_as"] == owner.id and not schedule["paused"]
    status, changed = owner.ask("PATCH", f"{PATH}/{schedule['id']}", {"every_seconds": 90, "batch": BATCH, "job": None})
    assert status == 400
    status, changed = owner.ask("PATCH", f"{PATH}/{schedule['id']}", {"every_seconds": 90, "batch": BATCH})
    assert status == 200 and changed["cron"] is None and changed["every_seconds"] == 90 and changed["job"] is None
    assert changed["batch"]["input"]["s3"]["credentials"] == {"access_key_id": "K"} and "hush" not in str(changed)
    assert schedule["id"] in [each["id"] for each in owner.get(f"{PATH}?limit=100")["data"]]


def test_run_now_pause_resume_delete(owner: Person) -> None:
    schedule = made(owner)
    place = f"{PATH}/{schedule['id']}"
    status, paused = owner.ask("POST", f"{place}/pause")
    assert status == 200 and paused["paused"] and paused["next_runs"] == []
    status, run = owner.ask("POST", f"{place}/run")
    assert status == 202 and run["asked"] and run["status"] == "pending"
    wait_for(lambda: runs(owner, schedule)[0]["result_status"] == "succeeded", 20, "the run")
    status, resumed = owner.ask("POST", f"{place}/resume")
    assert status == 200 and len(resumed["next_runs"]) == 5
    assert owner.ask("DELETE", place)[0] == 204
    assert owner.ask("GET", place)[0] == owner.ask("GET", f"{place}/runs")[0] == owner.ask("DELETE", place)[0] == 404


def test_whoever_leaves_does_not_run_any_more(mill: Platform, owner: Person) -> None:
    guest = owner.bring("developer")
    schedule = made(guest)
    assert owner.ask("DELETE", f"/api/v1/members/{guest.id}")[0] == 204
    mill.sql("UPDATE schedules SET next_at = now() WHERE id = %s", schedule["id"].removeprefix("sched_"))
    wait_for(lambda: owner.get(f"{PATH}/{schedule['id']}")["paused"], 20, "the pause")
    assert owner.get(f"{PATH}/{schedule['id']}")["reason"] == "Whoever it runs for has left the tenant."
    wait_for(lambda: runs(owner, schedule)[0]["status"] == "failed", 20, "the run")


def test_nobody_schedules_what_they_may_not_do(owner: Person) -> None:
    _, headers = owner.key(scopes=["schedules:write"])
    status, _, answer = owner.platform.request("POST", PATH, DAILY, headers)
    assert status == 403 and "jobs:write" in answer["detail"]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"cron": "61 * * * *"}, "cron"),
        ({"cron": "* * * * * *"}, "cron"),
        ({"cron": "0 0 30 2 *"}, "cron"),
        ({"cron": None}, None),
        ({"every_seconds": 3600}, None),
        ({"cron": None, "every_seconds": 59}, "every_seconds"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "/etc/passwd"}, "zone"),
        ({"job": None}, None),
        ({"batch": BATCH}, None),
        ({"job": JOB | {"body": {"model": "nobody"}}}, "job.body.model"),
        ({"job": JOB | {"body": {"model": "demo"}}}, "job.body.messages"),
        ({"job": JOB | {"run_after": "2027-01-01T00:00:00Z"}}, "job.run_after"),
        ({"job": JOB | {"webhook": "https://10.0.0.1/"}}, "webhook.url"),
        ({"job": None, "batch": BATCH | {"input": {}}}, "batch.input"),
        ({"job": None, "batch": BATCH | {"input": {"s3": BUCKET | {"endpoint_url": "https://10.0.0.1/"}}}},
         "batch.input.s3.endpoint_url"),
        ({"job": None, "batch": BATCH | {"input": {"s3": BUCKET | {"bucket": "../x"}}}}, "batch.input.s3.bucket"),
        ({"missed": "perhaps"}, "missed"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, None),
        ({"own": 1}, "own"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(owner: Person, change: dict[str, Any], param: str | None) -> None:
    wanted = {name: value for name, value in (DAILY | change).items() if value is not None}
    status, answer = owner.ask("POST", PATH, wanted)
    assert status == 400 and answer.get("param") == param, answer


def test_a_file_that_is_not_there_is_not_scheduled(owner: Person) -> None:
    for file in ("file_" + "0" * 32, "nonsense"):
        batch = BATCH | {"input": {"file_id": file}}
        wanted = {"name": "x", "every_seconds": 60, "batch": batch}
        assert owner.ask("POST", PATH, wanted)[0] == 404
