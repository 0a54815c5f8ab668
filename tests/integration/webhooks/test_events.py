"""What is told of: whose jobs, which ends of them, and to whom."""

import json
import time
from typing import Any

import pytest

from millrace import ids
from tests.fakes.webhook_receiver import Receiver
from tests.integration.test_bad_input import assert_problem
from tests.integration.webhooks.conftest import Owner
from tests.machine import wait_for
from tests.people import register
from tests.platform import Platform

CHAT = {"model": "demo", "messages": [{"role": "user", "content": "a"}]}
REQUEST: dict[str, Any] = {"endpoint": "/v1/chat/completions", "body": CHAT}


def test_every_end_of_a_job_is_told_signed_to_the_endpoints_of_its_tenant(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("every"))
    jobs = {
        owner.job(metadata={"order": "7"}): "succeeded",
        owner.job(demo={"fail": "bad_request"}): "failed",
        owner.job(run_after=_soon(3600)): "cancelled",
        owner.job(run_after=_soon(2), deadline=_soon(3), body={"model": "absent"}): "expired",
    }
    waiting = next(id for id, end in jobs.items() if end == "cancelled")
    owner.platform.request("POST", f"/api/v1/jobs/{waiting}/cancel", None, owner.headers)
    hooks = receiver.wait("every", 4)
    told = {hook.event["data"]["id"]: hook.event for hook in hooks}
    assert {id: event["type"] for id, event in told.items()} == {id: f"job.{end}" for id, end in jobs.items()}
    assert all(hook.verifies(made["secret"]) for hook in hooks) and len({hook.id for hook in hooks}) == 4
    event = told[next(iter(jobs))]
    assert event["object"] == "event" and abs(event["created_at"] - time.time()) < 60
    assert event["data"]["metadata"] == {"order": "7"} and event["data"]["output_tokens"] == 1
    failed = next(told[id] for id, end in jobs.items() if end == "failed")
    assert failed["data"]["error_code"] == "engine_refused"
    assert all("messages" not in str(each) and "hello" not in str(each) for each in told.values())


def _soon(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def test_an_endpoint_hears_of_the_types_that_it_asked_for_and_of_no_other_tenant(
    owner: Owner, mill: Platform, receiver: Receiver
) -> None:
    owner.endpoint(receiver.url("only-failures"), events=["job.failed"])
    stranger = Owner(register(mill))
    stranger.finished(stranger.job(demo={"fail": "bad_request"}))
    owner.finished(owner.job())
    failed = owner.job(demo={"fail": "bad_request"})
    assert [hook.event["data"]["id"] for hook in receiver.wait("only-failures")] == [failed]
    # Nobody wanted to hear of the others, so nothing was written of them.
    assert len(owner.deliveries()) == 1 and stranger.deliveries() == []
    assert mill.sql("SELECT count(*) FROM webhook_outbox WHERE tenant = %s", stranger.tenant) == [(0,)]


def test_a_job_names_where_it_wants_to_be_told_and_of_what(owner: Owner, receiver: Receiver) -> None:
    # By a name, which the worker resolves.
    url = receiver.url("named").replace("127.0.0.1", "localhost")
    job = owner.job(webhook=url)
    quiet = owner.job(webhook={"url": url, "events": ["job.failed"]})
    owner.finished(quiet)
    assert [hook.event["data"]["id"] for hook in receiver.wait("named")] == [job]
    shown = owner.platform.request("GET", f"/api/v1/jobs/{job}", None, owner.headers)[2]
    assert shown["webhook"] == {"url": url}
    [delivery] = owner.deliveries(job=job)
    assert delivery["endpoint"] is None and delivery["url"] == url and owner.deliveries(job=quiet) == []
    # Asked again, it is told again: that is another job.
    status, _, again = owner.platform.request("POST", f"/api/v1/jobs/{job}/retry", None, owner.headers)
    assert status == 202 and again["webhook"] == {"url": url}
    assert receiver.wait("named", 2)[1].event["data"]["id"] == again["id"]


@pytest.mark.parametrize(
    ("webhook", "param"),
    [
        ("", "webhook"), (7, "webhook"), ({}, "webhook"), ({"url": "https://a.example/", "secret": "x"}, "webhook"),
        ({"url": "https://a.example/", "events": ["batch.failed"]}, "webhook"), ("ftp://a.example/", "webhook.url"),
        ("https://10.0.0.1/", "webhook.url"), ("https://u:p@a.example/", "webhook.url"), ("nonsense", "webhook.url"),
        ("https://[fe80::1]/", "webhook.url"), ("https://a.example/ x", "webhook.url"),
    ],
)  # fmt: skip
def test_a_job_with_a_bad_target_is_refused(owner: Owner, webhook: Any, param: str) -> None:
    answer = owner.platform.request("POST", "/api/v1/jobs", REQUEST | {"webhook": webhook}, owner.headers)
    assert assert_problem(*answer, 400)["param"].startswith(param)


def test_the_same_key_with_another_target_is_another_request(owner: Owner, receiver: Receiver) -> None:
    headers = owner.headers | {"Idempotency-Key": "one"}

    def status(**more: Any) -> int:
        return owner.platform.request("POST", "/api/v1/jobs", REQUEST | more, headers)[0]

    assert [status(webhook=receiver.url("k")), status(webhook=receiver.url("k")), status()] == [202, 202, 422]


def test_an_answer_from_the_cache_is_told_too(owner: Owner, receiver: Receiver) -> None:
    owner.endpoint(receiver.url("cached"))
    body = {"temperature": 0, "messages": [{"role": "user", "content": "what is told twice?"}]}
    first = owner.job(body=body)
    receiver.wait("cached")
    owner.finished(first)
    second = owner.job(body=body, webhook=receiver.url("cached-own"))
    assert owner.platform.request("GET", f"/api/v1/jobs/{second}", None, owner.headers)[2]["attempt"] == 1
    assert [hook.event["data"]["id"] for hook in receiver.wait("cached", 2)] == [first, second]
    assert receiver.wait("cached-own")[0].event["type"] == "job.succeeded"
    ledger = owner.platform.sql("SELECT cache FROM ledger_entries WHERE job = %s", second[4:])
    assert ledger == [("exact",)]


def test_lines_of_a_batch_are_not_told_one_by_one(owner: Owner, receiver: Receiver) -> None:
    """As whoever makes lines submits them: with a batch."""
    owner.endpoint(receiver.url("lines"))
    line = {"id": ids.new(), "tenant": ids.parse("ten", owner.person.tenant), "batch": ids.new(), "body": "{}"}
    line |= {"lane": "nobody.home", "class": 2, "model": "demo", "endpoint": "/v1/chat/completions", "stream": False}
    line |= {"max_attempts": 3, "cost": 1, "tokens": 1}
    sql = owner.platform.sql
    sql("SELECT outcome FROM submit_jobs(%s, false)", json.dumps([line]))
    settled = sql(
        "SELECT told FROM settle_jobs(%s)", json.dumps([{"id": line["id"], "lease": None, "state": "cancelled"}])
    )
    assert settled == [(False,)] and owner.deliveries() == []


@pytest.mark.parametrize("type", ["batch.completed", "batch.failed", "batch.expired", "batch.cancelled"])
def test_the_end_of_a_batch_is_told_once_by_one_function(owner: Owner, receiver: Receiver, type: str) -> None:
    made = owner.endpoint(receiver.url(f"{type}-all"))
    batch, tenant = ids.new(), ids.parse("ten", owner.person.tenant)
    webhook = json.dumps({"url": receiver.url(f"{type}-own"), "events": [type]})
    tell = "SELECT tell_webhook(%s, %s, %s, %s, %s)"
    told = [owner.platform.sql(tell, tenant, type, batch, webhook, '{"total": 3}') for _ in range(2)]
    assert told == [[(True,)], [(False,)]]
    shown = ids.show("batch", batch)
    for name in (f"{type}-all", f"{type}-own"):
        event = receiver.wait(name)[0].event
        assert event["type"] == type and event["data"] == {"id": shown, "total": 3}
    assert receiver.of(f"{type}-all")[0].verifies(made["secret"])
    wait_for(lambda: {each["state"] for each in owner.deliveries(batch=shown)} == {"delivered"}, 10, "the log")
    assert len(owner.deliveries(batch=shown)) == 2 and len(receiver.of(f"{type}-own")) == 1
