"""Deliveries: at least once, with one id, in the log, and nobody waits for a receiver that is slow."""

import json
from typing import Any

import pytest

from tests.fakes.webhook_receiver import Receiver
from tests.integration.webhooks.conftest import Owner
from tests.machine import wait_for
from tests.people import register

#: Writes events as settlements do, many at once.
MANY = """
SELECT count(tell_webhook(%s, 'job.succeeded', gen_random_uuid())) FROM generate_series(1, %s)
"""

#: Seconds from the end of a first try to the second one.
WAITS = """
SELECT extract(epoch FROM d.next_try - a.at) - a.seconds
FROM webhook_deliveries d JOIN webhook_attempts a ON a.delivery = d.id WHERE d.tenant = %s AND a.attempt = 1
"""

FORGET = "from millrace import db; db.act_as('worker'); from millrace.webhooks import sweep; sweep.forget()"


def test_what_failed_is_tried_again_with_the_same_id_and_body(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("again", "500,reset,ok"))
    owner.job()
    for count in (1, 2):
        receiver.wait("again", count)
        wait_for(lambda n=count: len(owner.deliveries()[0]["attempts"]) == n, 10, "the log")  # type: ignore[misc]
        owner.later()
    hooks = receiver.wait("again", 3)
    assert len({hook.id for hook in hooks}) == len({hook.body for hook in hooks}) == 1
    assert all(hook.verifies(made["secret"]) for hook in hooks)
    wait_for(lambda: owner.deliveries()[0]["state"] == "delivered", 10, "the end")
    [delivery] = owner.deliveries()
    assert [each["status"] for each in delivery["attempts"]] == [500, None, 200]
    assert delivery["attempts"][1]["error"] and delivery["attempts"][2]["response"] == "thank you"
    assert delivery["event"] == hooks[0].event and delivery["finished_at"] and delivery["next_try"] is None
    assert owner.look(made)["failing_since"] is None


@pytest.mark.parametrize(
    ("how", "status", "least", "most"),
    [
        ("404", 404, 4, 6), ("302", 302, 4, 6), ("hang", None, 4, 6), ("garbage", None, 4, 6),
        ("nul", 500, 4, 6), ("later", 503, 7190, 7200),
    ],
)  # fmt: skip
def test_every_failure_is_logged_and_waits_as_the_policy_says(
    owner: Owner, receiver: Receiver, how: str, status: int | None, least: float, most: float
) -> None:
    name = f"fails-{how}"
    trapped = receiver.trapped
    owner.endpoint(receiver.url(name, how))
    owner.job()
    receiver.wait(name)
    wait_for(lambda: owner.deliveries()[0]["attempts"], 10, "the log")
    [delivery] = owner.deliveries()
    assert delivery["attempts"][0]["status"] == status and delivery["state"] == "pending"
    [(seconds,)] = owner.platform.sql(WAITS, owner.tenant)
    assert least <= seconds <= most + 1 and receiver.trapped == trapped


@pytest.mark.parametrize("how", ["huge", "trickle"])
def test_a_body_without_end_is_a_success_and_of_it_little_is_kept(owner: Owner, receiver: Receiver, how: str) -> None:
    owner.endpoint(receiver.url(f"body-{how}", how))
    owner.job()
    wait_for(lambda: [each["state"] for each in owner.deliveries()] == ["delivered"], 15, "the log")
    assert 0 < len(owner.deliveries()[0]["attempts"][0]["response"]) <= 1024


def test_after_ten_tries_it_has_failed_and_can_be_replayed(owner: Owner, receiver: Receiver) -> None:
    owner.endpoint(receiver.url("tenth", "500,500,ok"))
    owner.job()
    receiver.wait("tenth")
    wait_for(lambda: owner.deliveries()[0]["attempts"], 10, "the log")
    owner.platform.sql("UPDATE webhook_deliveries SET failures = 9 WHERE tenant = %s", owner.tenant)
    owner.later()
    wait_for(lambda: owner.deliveries()[0]["state"] == "failed", 10, "the end")
    [delivery] = owner.deliveries(state="failed")
    status, replayed = owner.ask("POST", f"deliveries/{delivery['id']}/replay")
    assert status == 202 and replayed["state"] == "pending"
    wait_for(lambda: owner.deliveries()[0]["state"] == "delivered", 10, "the replay")
    assert len({hook.id for hook in receiver.of("tenth")}) == 1
    assert [each["status"] for each in owner.deliveries()[0]["attempts"]] == [500, 500, 200]
    # What went well can be sent again, too.
    owner.ask("POST", f"deliveries/{delivery['id']}/replay")
    assert len(receiver.wait("tenth", 4)) == 4


def test_what_a_worker_was_sending_when_it_was_killed_is_sent_by_another_with_the_same_id(
    owner: Owner, receiver: Receiver
) -> None:
    mill = owner.platform
    owner.endpoint(receiver.url("killed", "hang,ok"))
    owner.job()
    receiver.wait("killed")
    mill.kill("webhooks")
    mill.start_process("webhooks")
    # Its lease is as good as over.
    owner.later()
    hooks = receiver.wait("killed", 2)
    assert hooks[0].id == hooks[1].id and hooks[0].body == hooks[1].body
    wait_for(lambda: owner.deliveries()[0]["state"] == "delivered", 10, "the log")
    assert [each["status"] for each in owner.deliveries()[0]["attempts"]] == [200]


def test_a_worker_that_is_told_to_stop_hands_back_what_it_was_sending(owner: Owner, receiver: Receiver) -> None:
    mill = owner.platform
    owner.endpoint(receiver.url("stopped", "hang,ok"))
    owner.job()
    receiver.wait("stopped")
    mill.processes["webhooks"].terminate()
    assert mill.processes["webhooks"].wait(15) == 0
    mill.start_process("webhooks")
    receiver.wait("stopped", 2)
    wait_for(lambda: owner.deliveries()[0]["state"] == "delivered", 10, "the log")
    assert [each["status"] for each in owner.deliveries()[0]["attempts"]] == [200], "and that was no failure"


def test_ten_thousand_for_one_that_hangs_keep_nobody_else_waiting(owner: Owner, receiver: Receiver) -> None:
    owner.endpoint(receiver.url("hog", "hang"))
    owner.platform.sql(MANY, owner.tenant, 10_000)
    receiver.wait("hog", 32)
    other = Owner(register(owner.platform))
    other.endpoint(receiver.url("quick"))
    other.job()
    # By turns it would be half an hour.
    receiver.wait("quick")
    under_way = "SELECT count(*) FROM webhook_deliveries WHERE tenant = %s AND next_try > now() + interval '80 seconds'"
    assert owner.platform.sql(under_way, owner.tenant)[0][0] <= 32
    for made in owner.ask("GET", "endpoints")[1]["data"]:
        owner.ask("DELETE", f"endpoints/{made['id']}")
    left = "SELECT count(*) FROM webhook_deliveries WHERE tenant = %s AND state = 'pending'"
    wait_for(lambda: owner.platform.sql(left, owner.tenant) == [(0,)], 20, "the end of what waits for what is deleted")


def test_a_try_that_is_recorded_twice_or_too_late_changes_nothing(owner: Owner, receiver: Receiver) -> None:
    owner.endpoint(receiver.url("recorded", "500"))
    owner.job()
    receiver.wait("recorded")
    wait_for(lambda: owner.deliveries()[0]["attempts"], 10, "the log")
    sql = owner.platform.sql
    state = "SELECT d::text FROM webhook_deliveries d WHERE tenant = %s"
    before = sql(state, owner.tenant)
    delivery = sql("SELECT id::text FROM webhook_deliveries WHERE tenant = %s", owner.tenant)[0][0]
    same: dict[str, Any] = {"id": delivery, "attempt": 1, "state": "pending", "delay": 5, "gone": False, "status": 500}
    late = same | {"attempt": 0, "state": "delivered", "status": 200}
    for each in (same, late):
        sql("SELECT * FROM settle_deliveries(%s)", json.dumps([each | {"response": "", "seconds": 1}]))
    assert sql(state, owner.tenant) == before


def test_what_is_a_month_old_is_forgotten_and_nothing_else(owner: Owner, receiver: Receiver) -> None:
    owner.endpoint(receiver.url("forgotten"))
    old, new = owner.job(), owner.job()
    receiver.wait("forgotten", 2)
    wait_for(lambda: {each["state"] for each in owner.deliveries()} == {"delivered"}, 10, "the log")
    # An id says when it was made: this one's first digits are of a month before.
    aged = "set_byte(uuid_send(id), 1, get_byte(uuid_send(id), 1) - 1)"
    sql = owner.platform.sql
    moved = f"UPDATE webhook_outbox SET id = encode({aged}, 'hex')::uuid WHERE subject = %s RETURNING id::text"
    id = sql(moved, old[4:])[0][0]
    sql("UPDATE webhook_deliveries d SET event = %s WHERE tenant = %s AND NOT EXISTS "
        "(SELECT 1 FROM webhook_outbox o WHERE o.id = d.event)", id, owner.tenant)  # fmt: skip
    owner.platform.run("-c", FORGET)
    assert [each["event"]["data"]["id"] for each in owner.deliveries()] == [new]
    for table in ("webhook_outbox", "webhook_deliveries", "webhook_attempts"):
        assert sql(f"SELECT count(*) FROM {table} WHERE tenant = %s", owner.tenant) == [(1,)], table


def test_pages_of_the_log_follow_each_other(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("pages"))
    owner.platform.sql(MANY, owner.tenant, 7)
    path, seen = f"deliveries?limit=3&endpoint={made['id']}", []
    status, page = owner.ask("GET", path)
    while status == 200:
        seen += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        status, page = owner.ask("GET", f"{path}&after={page['last_id']}")
    assert len(seen) == len(set(seen)) == 7 and seen == sorted(seen, reverse=True)
    for query in ("endpoint=x", "job=we_1", "batch=\x00", "state=done", "after=job_1", "limit=0"):
        assert owner.ask("GET", f"deliveries?{query}".replace("\x00", "%00"))[0] == 400, query
