"""Endpoints: who may have which, their secrets, and when one is disabled."""

from typing import Any

import pytest

from tests.fakes.webhook_receiver import Receiver
from tests.integration.test_bad_input import assert_problem
from tests.integration.webhooks.conftest import Owner
from tests.machine import wait_for
from tests.people import register
from tests.platform import Platform

WEEK = "UPDATE webhook_endpoints SET failing_since = failing_since - interval '7 days' WHERE tenant = %s"

#: What a change by its owner would do too, and begin a new history.
MOVE = "UPDATE webhook_endpoints SET url = %s WHERE tenant = %s"


def test_an_endpoint_is_made_shown_changed_and_deleted(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("crud"), events=["job.failed", "job.failed"], description="the pager")
    assert made["secret"].startswith("whsec_") and made["events"] == ["job.failed"] and made["enabled"]
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert owner.look(made) == shown and owner.ask("GET", "endpoints")[1]["data"] == [shown]
    assert "secret" not in str(owner.ask("GET", "endpoints"))
    status, changed = owner.ask("PATCH", f"endpoints/{made['id']}", {"events": None, "description": "all"})
    assert status == 200 and changed["events"] is None and changed["url"] == made["url"]
    assert owner.ask("DELETE", f"endpoints/{made['id']}")[0] == 204
    assert owner.ask("GET", f"endpoints/{made['id']}")[0] == owner.ask("DELETE", f"endpoints/{made['id']}")[0] == 404


@pytest.fixture(scope="module")
def careless(mill: Platform) -> Owner:
    return Owner(register(mill))


@pytest.fixture(scope="module")
def theirs(careless: Owner) -> dict[str, Any]:
    return careless.endpoint("https://93.184.216.34/hooks")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"url": None}, "url"), ({"url": ""}, "url"), ({"url": 7}, "url"), ({"url": "https://a.example/ x"}, "url"),
        ({"url": "http://93.184.216.34/"}, "url"), ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://[fe80::1]/"}, "url"), ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": "https://user:x@93.184.216.34/"}, "url"),
        ({"url": "https://93.184.216.34:25/"}, "url"), ({"url": "https://nobody.invalid/"}, "url"),
        ({"url": "https://" + "a" * 3000}, "url"), ({"events": []}, "events"), ({"events": ["job.started"]}, "events"),
        ({"events": "job.failed"}, "events"), ({"description": "x" * 501}, "description"),
        ({"description": None}, "description"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)  # fmt: skip
def test_a_bad_endpoint_is_a_clear_400(
    careless: Owner, theirs: dict[str, Any], change: dict[str, Any], param: str
) -> None:
    path, body = "/api/v1/webhooks/endpoints", {"url": "https://93.184.216.34/hooks"} | change
    for answer in (
        careless.platform.request("POST", path, body, careless.headers),
        careless.platform.request("PATCH", f"{path}/{theirs['id']}", change, careless.headers),
    ):
        assert assert_problem(*answer, 400)["param"].startswith(param)


def test_a_tenant_has_twenty_endpoints_at_the_most(owner: Owner) -> None:
    for _ in range(20):
        owner.endpoint("https://93.184.216.34/")
    assert owner.ask("POST", "endpoints", {"url": "https://93.184.216.34/"})[0] == 409


def test_who_administrates_sees_secrets_and_nobody_else(mill: Platform) -> None:
    chief = register(mill)
    of = Owner(chief)
    made = of.endpoint("https://93.184.216.34/")
    admin, developer, viewer = [Owner(chief.bring(role)) for role in ("admin", "developer", "viewer")]
    for path in ("secret", f"endpoints/{made['id']}/secret"):
        assert [each.ask("GET", path)[0] for each in (of, admin, developer, viewer)] == [200, 200, 403, 403]
    assert viewer.ask("GET", "endpoints")[0] == viewer.ask("GET", "deliveries")[0] == 200
    assert viewer.ask("POST", "endpoints", {"url": "https://93.184.216.34/"})[0] == 403
    assert of.ask("GET", f"endpoints/{made['id']}/secret")[1]["secret"] == made["secret"]
    notes = "SELECT act FROM audit_log WHERE tenant = %s AND act LIKE 'webhook%%' ORDER BY seq"
    acts = [row[0] for row in mill.sql(notes, of.tenant)]
    assert acts[:2] == ["webhook_created", "webhook_secret_read"] and set(acts[2:]) == {"webhook_secret_read"}


def test_no_secret_lies_open_in_the_database(owner: Owner) -> None:
    made = owner.endpoint("https://93.184.216.34/")
    rows = owner.platform.sql("SELECT s::text FROM webhook_secrets s WHERE tenant = %s", owner.tenant)
    assert len(rows) == 1 and made["secret"].removeprefix("whsec_") not in rows[0][0] and "mr1." in rows[0][0]


def test_both_secrets_verify_during_the_overlap_and_then_the_new_one_alone(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("rotated"))
    status, rotated = owner.ask("POST", f"endpoints/{made['id']}/rotate", {"overlap_seconds": 3600})
    assert status == 201 and rotated["secret"] != made["secret"]
    owner.job()
    first = receiver.wait("rotated")[0]
    assert first.verifies(made["secret"]) and first.verifies(rotated["secret"])
    owner.platform.sql(
        "UPDATE webhook_secrets SET expires_at = now() WHERE tenant = %s AND expires_at IS NOT NULL", owner.tenant
    )
    owner.job()
    second = receiver.wait("rotated", 2)[1]
    assert second.verifies(rotated["secret"]) and not second.verifies(made["secret"])


def test_the_tenants_own_secret_signs_what_jobs_name_and_is_rotated_likewise(owner: Owner, receiver: Receiver) -> None:
    # Made by whoever needs it first, here by the worker.
    owner.job(webhook=receiver.url("by-job"))
    first = receiver.wait("by-job")[0]
    old = owner.ask("GET", "secret")[1]["secret"]
    assert first.verifies(old)
    new = owner.ask("POST", "secret/rotate", {"overlap_seconds": 0})[1]["secret"]
    assert owner.ask("GET", "secret")[1]["secret"] == new
    owner.job(webhook=receiver.url("by-job"))
    second = receiver.wait("by-job", 2)[1]
    assert second.verifies(new) and not second.verifies(old)


def test_410_disables_an_endpoint_and_what_waits_for_it_ends(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("gone", "500,410"))
    owner.job()
    receiver.wait("gone")
    other = owner.job()
    receiver.wait("gone", 2)
    wait_for(lambda: len([each for each in owner.deliveries() if each["attempts"]]) == 2, 10, "both tries in the log")
    owner.platform.sql(
        "UPDATE webhook_deliveries SET next_try = now() WHERE tenant = %s AND event IN "
        "(SELECT id FROM webhook_outbox WHERE subject <> %s)", owner.tenant, other[4:],
    )  # fmt: skip
    wait_for(lambda: not owner.look(made)["enabled"], 10, "the end")
    found = owner.look(made)
    assert found["reason"] == "gone" and found["disabled_at"]
    wait_for(lambda: {each["state"] for each in owner.deliveries()} == {"failed"}, 10, "what waits")
    acts = "SELECT count(*) FROM audit_log WHERE tenant = %s AND act = 'webhook_disabled' AND actor = 'system'"
    assert owner.platform.sql(acts, owner.tenant) == [(1,)]
    count = len(owner.deliveries())
    owner.finished(owner.job())
    assert len(owner.deliveries()) == count, "an endpoint that is disabled is told of nothing"
    assert owner.ask("POST", f"endpoints/{made['id']}/test", {})[0] == 409
    delivery = owner.deliveries()[-1]["id"]
    assert owner.ask("POST", f"deliveries/{delivery}/replay")[0] == 409

    status, enabled = owner.ask("PATCH", f"endpoints/{made['id']}", {"enabled": True, "url": receiver.url("back")})
    assert status == 200 and enabled["enabled"] and enabled["reason"] is enabled["failing_since"] is None
    assert owner.ask("POST", f"deliveries/{delivery}/replay")[0] == 202
    assert receiver.wait("back")[0].event["data"]["id"] == other


def test_a_week_of_failures_disables_and_a_success_before_that_does_not(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("failing", "500"))
    owner.job()
    wait_for(lambda: owner.look(made)["failing_since"], 10, "the first failure")
    owner.platform.sql(WEEK, owner.tenant)
    # Somebody mends it in time.
    owner.ask("PATCH", f"endpoints/{made['id']}", {"description": "mended"})
    assert owner.look(made)["failing_since"], "only another url, or enabling, begins a new history"
    owner.platform.sql(MOVE, receiver.url("failing-ok"), owner.tenant)
    owner.later()
    wait_for(lambda: owner.look(made)["failing_since"] is None, 10, "a success")
    assert owner.look(made)["enabled"]

    owner.platform.sql(MOVE, receiver.url("worse", "500"), owner.tenant)
    owner.job()
    wait_for(lambda: owner.look(made)["failing_since"], 10, "another failure")
    assert owner.look(made)["enabled"]
    owner.platform.sql(WEEK, owner.tenant)
    owner.later()
    wait_for(lambda: not owner.look(made)["enabled"], 10, "the end")
    assert owner.look(made)["reason"] == "failing"


def test_a_test_event_goes_the_way_of_all_others_whatever_was_asked_for(owner: Owner, receiver: Receiver) -> None:
    made = owner.endpoint(receiver.url("tested"), events=["batch.failed"])
    status, delivery = owner.ask("POST", f"endpoints/{made['id']}/test", {})
    assert status == 202 and delivery["endpoint"] == made["id"] and delivery["state"] == "pending"
    hook = receiver.wait("tested")[0]
    assert hook.verifies(made["secret"]) and hook.id == delivery["event"]["id"]
    assert hook.event["type"] == "webhook.test" and hook.event["data"] == {"id": made["id"], "test": True}
    owner.ask("POST", f"endpoints/{made['id']}/test", {"type": "response.completed"})
    event = receiver.wait("tested", 2)[1].event
    assert event["type"] == "response.completed" and event["data"]["id"].startswith("resp_")
    assert owner.ask("POST", f"endpoints/{made['id']}/test", {"type": "job.nonsense"})[0] == 400
