"""Tenants apart: what one has, another cannot find by any route, room, event or key. Walks the OpenAPI document."""

import json
import re
from typing import Any

import pytest
import socketio

from tests.integration.files.forms import FORM, PURPOSE, form
from tests.machine import wait_for
from tests.platform import Platform

PASSWORD = "a mill turns slowly"

RESPONSE = {"model": "demo", "input": "hi", "background": True}

COMPARISON = {"models": ["demo"], "prompts": [{"id": "hi", "prompt": "hi"}], "max_tokens": 3}

#: The bodies that operations on somebody else's thing are asked with; the others need none.
BODIES: dict[str, Any] = {
    "PATCH /api/v1/keys/{id}": {"name": "taken"},
    "POST /api/v1/keys/{id}/rotate": {"overlap_seconds": 60},
    "PATCH /api/v1/members/{id}": {"role": "viewer"},
    "PATCH /api/v1/webhooks/endpoints/{id}": {"enabled": False},
    "POST /api/v1/webhooks/endpoints/{id}/rotate": {"overlap_seconds": 60},
    "POST /api/v1/webhooks/endpoints/{id}/test": {},
    "PATCH /api/v1/schedules/{id}": {"name": "taken"},
}

#: Where a name means another thing in every tenant, or one that is everybody's.
NO_ONES = {"GET /v1/models/{id}", "PUT /api/v1/roles/{name}", "PUT /api/v1/vendor-keys/{id}"}


_UNLIMITED = "UPDATE tenants SET tier = 'unlimited' WHERE id IN (SELECT tenant FROM members WHERE user_id = %s)"


class Guest:
    """Somebody with an account, a tenant of their own, and all that one can have."""

    def __init__(self, platform: Platform, name: str) -> None:
        self.platform = platform
        account = {"email": f"{name}@example.com", "password": PASSWORD, "tenant_name": name}
        status, _, made = platform.request("POST", "/api/v1/auth/register", account, {"Authorization": ""})
        assert status == 201, made
        self.headers = {"Authorization": f"Bearer {made['access_token']}"}
        self.user = made["user"]["id"]
        # Who walks every route needs more than a burst.
        platform.sql(_UNLIMITED, self.user.partition("_")[2])

    def ask(self, method: str, path: str, body: Any = None, **more: str) -> Any:
        status, _, answer = self.platform.request(method, path, body, self.headers | more)
        assert status in (200, 201, 202, 204), (method, path, status, answer)
        return answer

    def things(self) -> dict[str, str]:
        """One of each: by the path under which it is found."""
        chat = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 3, "rate": 0}}
        job = self.ask("POST", "/api/v1/jobs", {"endpoint": "/v1/chat/completions", "body": chat})["id"]
        quota = {"unit": "requests", "model": "demo", "hard_limit": 50}
        yearly = {"name": "mine", "cron": "0 0 1 1 *", "job": {"endpoint": "/v1/chat/completions", "body": chat}}
        self.ask("PUT", "/api/v1/roles/reader", {"permissions": ["jobs:read"]})
        # Nobody listens there.
        endpoint = self.ask("POST", "/api/v1/webhooks/endpoints", {"url": "http://127.0.0.1:9/"})["id"]
        file = self.ask("POST", "/v1/files", form(PURPOSE, ("file", "x", b"x")), **FORM)["id"]
        lines = form(("purpose", None, b"batch"), ("file", "x", b"x"))
        asked = {"input_file_id": self.ask("POST", "/v1/files", lines, **FORM)["id"], "endpoint": "/v1/completions"}
        batch = self.ask("POST", "/v1/batches", asked)["id"]
        self.ask("PUT", "/api/v1/vendor-keys/openai", {"key": "sk-of-this-tenant-alone"})
        return {
            "/api/v1/jobs/": job,
            "/v1/responses/": self.ask("POST", "/v1/responses", RESPONSE)["id"],
            "/api/v1/keys/": self.ask("POST", "/api/v1/keys", {"name": "mine"})["id"],
            "/api/v1/members/": self.user,
            "/api/v1/schedules/": self.ask("POST", "/api/v1/schedules", yearly)["id"],
            "/api/v1/roles/": "reader",
            "/api/v1/vendor-keys/": "openai",
            "/api/v1/invitations/": self.ask(
                "POST", "/api/v1/invitations", {"email": "friend@example.com", "role": "viewer"}
            )["id"],
            "/api/v1/sessions/": self.ask("GET", "/api/v1/sessions")["data"][0]["id"],
            "/api/v1/quotas/": self.ask("PUT", "/api/v1/quotas", quota)["id"],
            "/api/v1/webhooks/endpoints/": endpoint,
            "/api/v1/webhooks/deliveries/": self.ask("POST", f"/api/v1/webhooks/endpoints/{endpoint}/test", {})["id"],
            "/api/v1/comparisons/": self.ask("POST", "/api/v1/comparisons", COMPARISON)["id"],
            "/v1/files/": file,
            "/v1/batches/": batch,
            "/api/v1/batches/": batch,
        }


@pytest.fixture(scope="module")
def owner(platform: Platform) -> Guest:
    return Guest(platform, "apart-owner")


@pytest.fixture(scope="module")
def other(platform: Platform) -> Guest:
    return Guest(platform, "apart-other")


@pytest.fixture(scope="module")
def things(owner: Guest) -> dict[str, str]:
    made = owner.things()
    wait_for(lambda: owner.ask("GET", f"/api/v1/jobs/{made['/api/v1/jobs/']}")["status"] == "succeeded", 20, "the job")
    compared = f"/api/v1/comparisons/{made['/api/v1/comparisons/']}"
    wait_for(lambda: owner.ask("GET", compared)["status"] == "completed", 20, "the comparison")
    batch = f"/v1/batches/{made['/v1/batches/']}"
    wait_for(lambda: owner.ask("GET", batch)["status"] == "failed", 20, "the batch")
    response = f"/v1/responses/{made['/v1/responses/']}"
    wait_for(lambda: owner.ask("GET", response)["status"] == "completed", 20, "the response")
    return made


@pytest.fixture(scope="module")
def routes(platform: Platform) -> list[str]:
    document = platform.request("GET", "/api/openapi.json")[2]
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]


def test_another_tenants_thing_is_not_there_on_any_route(
    platform: Platform, other: Guest, owner: Guest, things: dict[str, str], routes: list[str]
) -> None:
    # A delivery is tried meanwhile.
    listed = [path for path in things if path not in ("/v1/responses/", "/api/v1/webhooks/deliveries/")]
    before = {path: owner.ask("GET", path.rstrip("/")) for path in listed}
    key = {"Authorization": f"Bearer {other.ask('POST', '/api/v1/keys', {'name': 'all'})['api_key']}"}
    walked = set()
    for route in [each for each in routes if "{" in each and each not in NO_ONES]:
        method, path = route.split(" ")
        expected = (403,) if path.startswith("/api/v1/admin/") else (404,)
        found = next((id for prefix, id in things.items() if path.startswith(prefix)), None)
        assert found or expected == (403,), f"{route}: say in this test whose thing that is"
        asked = re.sub(r"{\w+}", found or "x", path)
        # A key has no sessions at all, and is told so.
        for headers, more in ((other.headers, ()), (key, (403,))):
            status = platform.request(method, asked, BODIES.get(route), headers)[0]
            assert status in expected + more, (route, status)
        walked.add(path)
    assert len(walked) > 15
    # Nothing of it was changed on the way.
    assert {path: owner.ask("GET", path.rstrip("/")) for path in listed} == before


def test_no_list_shows_anything_of_another_tenant(
    platform: Platform, other: Guest, things: dict[str, str], routes: list[str]
) -> None:
    ids = [id for id in things.values() if "_" in id]
    for route in [each for each in routes if each.startswith("GET ") and "{" not in each]:
        status, _, answer = platform.request("GET", route.removeprefix("GET "), None, other.headers)
        shown = answer.decode(errors="replace") if isinstance(answer, bytes) else json.dumps(answer)
        assert status < 500 and not [id for id in ids if id in shown], route


def test_the_same_idempotency_key_is_another_one_in_another_tenant(owner: Guest, other: Guest) -> None:
    chat = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 1}}
    request = {"endpoint": "/v1/chat/completions", "body": chat}
    jobs = [guest.ask("POST", "/api/v1/jobs", request, **{"Idempotency-Key": "same"}) for guest in (owner, other)]
    assert jobs[0]["id"] != jobs[1]["id"]


def test_the_room_of_another_tenants_job_does_not_open(
    platform: Platform, other: Guest, things: dict[str, str]
) -> None:
    client = socketio.Client(reconnection=False)
    heard: list[Any] = []
    client.on("event", heard.append)
    token = other.headers["Authorization"].removeprefix("Bearer ")
    client.connect(f"http://127.0.0.1:{platform.port}", auth={"token": token})
    for call in ("subscribe", "unsubscribe", "cancel"):
        answer = client.call(call, {"job": things["/api/v1/jobs/"]})
        assert answer["error"]["code"] == "not_found", call
    client.disconnect()
    assert heard == []
