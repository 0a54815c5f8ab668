"""API keys: shown once, never more than their tenant or maker has, rotated with an overlap, revoked within a second."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.machine import wait_for
from tests.people import Person, register
from tests.platform import Platform

#: Seconds in which a revocation takes effect everywhere, and half a second for a busy machine.
SOON = 1.5

#: To get at a key: method, what follows its path, body.
EVERY_WAY: tuple[tuple[str, str, Any], ...] = (
    ("GET", "", None), ("PATCH", "", {"name": "y"}), ("DELETE", "", None), ("POST", "/rotate", {}),
)  # fmt: skip

JOB = {
    "endpoint": "/v1/chat/completions",
    "body": {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 1, "rate": 0}},
}


@pytest.fixture(scope="module")
def owner(platform: Platform) -> Person:
    return register(platform)


@pytest.fixture(scope="module")
def developer(owner: Person) -> Person:
    return owner.bring("developer")


def status(platform: Platform, headers: dict[str, str], path: str = "/api/v1/jobs", process: str = "api") -> int:
    return platform.request("GET", path, headers=headers, process=process)[0]


def dies(platform: Platform, headers: dict[str, str], process: str, path: str = "/api/v1/jobs") -> None:
    """It is refused there, soon."""
    begun = time.monotonic()
    wait_for(lambda: status(platform, headers, path, process) == 401, 10, process)
    assert time.monotonic() - begun < SOON


def test_a_key_is_shown_once_and_kept_as_its_hash(platform: Platform, owner: Person) -> None:
    made = owner.ask("POST", "/api/v1/keys", {"name": "secret"})[1]
    key = made["api_key"]
    assert key.startswith("mr_live_") and made["created_by"] == owner.id
    row = platform.sql("SELECT hash, k::text FROM api_keys k WHERE name = 'secret'")[0]
    assert bytes(row[0]) == hashlib.sha256(key.encode()).digest() and key not in row[1]
    for path in (f"/api/v1/keys/{made['id']}", "/api/v1/keys?limit=100"):
        assert key not in str(owner.get(path))
    assert platform.sql("SELECT act, target FROM audit_log WHERE target = %s", made["id"]) == [
        ("key_created", made["id"])
    ]


def test_a_key_does_what_its_scopes_say_and_nothing_else(platform: Platform, owner: Person) -> None:
    _, headers = owner.key(scopes=["jobs:read"])
    assert status(platform, headers) == 200
    assert platform.request("POST", "/api/v1/jobs", JOB, headers)[0] == 403
    assert status(platform, headers, "/api/v1/keys") == 403


def test_nobody_gives_a_key_more_than_they_have(platform: Platform, owner: Person, developer: Person) -> None:
    code, refused = developer.ask("POST", "/api/v1/keys", {"name": "x", "scopes": ["keys:admin", "jobs:read"]})
    assert code == 400 and refused["param"] == "scopes" and "jobs:write" in refused["detail"]
    code, refused = owner.ask("POST", "/api/v1/keys", {"name": "x", "scopes": ["platform:admin"]})
    assert code == 400 and refused["param"] == "scopes"
    free = register(platform, "free")
    code, refused = free.ask("POST", "/api/v1/keys", {"name": "x", "tier": "pro"})
    assert code == 400 and refused["param"] == "tier" and "free" in refused["detail"]
    # Unasked, it is as much as they have: a developer's is no owner's.
    id, headers = developer.key()
    assert "keys:admin" not in developer.get(f"/api/v1/keys/{id}")["scopes"]
    assert status(platform, headers, "/api/v1/roles") == 403
    # Nor may it be widened afterwards.
    code, refused = developer.ask("PATCH", f"/api/v1/keys/{id}", {"scopes": ["roles:admin"]})
    assert code == 400 and refused["param"] == "scopes"


def test_a_key_makes_keys_with_no_more_than_its_own_rights(platform: Platform, owner: Person) -> None:
    _, headers = owner.key(scopes=["keys:write", "keys:read", "jobs:read"], models=["demo"], expires_in_days=2)

    def ask(**fields: Any) -> tuple[int, Any]:
        code, _, answer = platform.request("POST", "/api/v1/keys", {"name": "child"} | fields, headers)
        return code, answer

    code, child = ask()
    assert code == 201 and child["models"] == ["demo"] and child["expires_at"]
    assert child["scopes"] == ["jobs:read", "keys:read", "keys:write"] and child["created_by"] == owner.id
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    for beyond in ({"scopes": ["jobs:write"]}, {"models": ["narrow"]}, {"expires_at": later}):
        code, refused = ask(**beyond)
        assert code == 400 and refused["param"] in beyond, beyond
    # What counts against itself must not be got round by a child.
    _, limited = owner.key(scopes=["keys:write"], budget_usd="1")
    assert platform.request("POST", "/api/v1/keys", {"name": "child"}, limited)[0] == 403
    # Nor does it get hold of the successor of a key that may more.
    more, _ = owner.key()
    assert platform.request("POST", f"/api/v1/keys/{more}/rotate", {}, headers)[0] == 403


def test_a_key_has_no_more_than_its_tenant_has_now(platform: Platform, second_api: str) -> None:
    person = register(platform, "pro")
    admin = f"/api/v1/admin/tenants/{person.tenant}"
    _, headers = person.key(scopes=["jobs:read", "jobs:write"], tier="pro")
    for process in ("api", second_api):
        assert platform.request("POST", "/api/v1/jobs", JOB, headers, process)[0] == 202
    assert platform.request("PATCH", admin, {"tier": "free", "scopes": ["jobs:read"]})[0] == 200
    for process in ("api", second_api):
        wait_for(lambda: platform.request("POST", "/api/v1/jobs", JOB, headers, process)[0] == 403, SOON)  # noqa: B023
        assert status(platform, headers, process=process) == 200
    hash = hashlib.sha256(headers["Authorization"].removeprefix("Bearer ").encode()).digest()
    assert platform.sql("SELECT tier, key_tier FROM find_key(%s)", hash) == [("free", None)]


def test_models_must_be_there_and_are_all_that_a_key_may_ask(platform: Platform, owner: Person) -> None:
    code, refused = owner.ask("POST", "/api/v1/keys", {"name": "x", "models": ["nonesuch"]})
    assert code == 400 and refused["code"] == "unknown_model"
    _, headers = owner.key(models=["narrow"])
    assert platform.request("POST", "/api/v1/jobs", JOB, headers)[0] == 403


def test_a_revoked_key_opens_nothing_within_a_second_on_any_process(
    platform: Platform, second_api: str, owner: Person
) -> None:
    id, headers = owner.key()
    for process in ("api", second_api):
        assert status(platform, headers, process=process) == 200
    assert owner.ask("DELETE", f"/api/v1/keys/{id}")[0] == 204
    assert status(platform, headers) == 401
    dies(platform, headers, second_api)
    assert owner.ask("DELETE", f"/api/v1/keys/{id}")[0] == 204
    assert owner.get(f"/api/v1/keys/{id}")["revoked_at"]
    for change in (("PATCH", "", {"name": "again"}), ("POST", "/rotate", {})):
        assert owner.ask(change[0], f"/api/v1/keys/{id}{change[1]}", change[2])[0] == 409


def test_a_rotated_key_and_its_successor_both_work_until_the_overlap_ends(
    platform: Platform, second_api: str, owner: Person
) -> None:
    old, headers = owner.key(scopes=["jobs:read"], requests_per_hour=50, budget_usd="2.5")
    code, new = owner.ask("POST", f"/api/v1/keys/{old}/rotate", {"overlap_seconds": 600})
    assert code == 201
    assert {name: new[name] for name in ("scopes", "requests_per_hour", "budget_usd", "expires_at")} == {
        "scopes": ["jobs:read"], "requests_per_hour": 50, "budget_usd": "2.50", "expires_at": None,
    }  # fmt: skip
    shown = owner.get(f"/api/v1/keys/{old}")
    assert shown["replaced_by"] == new["id"] and 590 < shown["expires_at"] - time.time() < 610
    successor = {"Authorization": f"Bearer {new['api_key']}"}
    for each in (headers, successor):
        for process in ("api", second_api):
            assert status(platform, each, process=process) == 200
    # Once: whoever asks for another gets it from the successor.
    assert owner.ask("POST", f"/api/v1/keys/{old}/rotate", {})[0] == 409
    assert owner.ask("POST", f"/api/v1/keys/{new['id']}/rotate", {"overlap_seconds": 0})[0] == 201
    assert status(platform, successor) == 401
    dies(platform, successor, second_api)


def test_of_two_rotations_at_once_one_makes_a_key(owner: Person) -> None:
    id, _ = owner.key()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: owner.ask("POST", f"/api/v1/keys/{id}/rotate", {})[0], range(4)))
    assert sorted(answers) == [201, 409, 409, 409]


def test_a_key_ends_when_it_expires(platform: Platform, owner: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    _, headers = owner.key(expires_at=soon)
    assert status(platform, headers) == 200
    wait_for(lambda: status(platform, headers) == 401, 5)
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    assert owner.ask("POST", "/api/v1/keys", {"name": "x", "expires_at": past})[0] == 400


def test_a_budget_is_a_monthly_quota_of_the_key(platform: Platform, owner: Person) -> None:
    id, _ = owner.key(budget_usd="0.000000001")
    quota = "SELECT unit, hard_limit FROM quotas WHERE replace(api_key::text, '-', '') = %s"
    assert platform.sql(quota, id[4:]) == [("nanos", 1)]
    assert owner.ask("PATCH", f"/api/v1/keys/{id}", {"budget_usd": 12.34})[1]["budget_usd"] == "12.34"
    assert platform.sql(quota, id[4:]) == [("nanos", 12_340_000_000)]
    assert owner.ask("PATCH", f"/api/v1/keys/{id}", {"budget_usd": None})[1]["budget_usd"] is None
    assert platform.sql(quota, id[4:]) == []


def test_ones_own_keys_are_seen_and_all_with_keys_admin(owner: Person, developer: Person) -> None:
    theirs, _ = owner.key()
    mine, _ = developer.key()
    seen = {each["id"] for each in developer.get("/api/v1/keys?limit=100")["data"]}
    assert mine in seen and theirs not in seen
    for method, path, body in EVERY_WAY:
        assert developer.ask(method, f"/api/v1/keys/{theirs}{path}", body)[0] == 404
    assert {theirs, mine} <= {each["id"] for each in owner.get("/api/v1/keys?limit=100")["data"]}
    assert owner.ask("DELETE", f"/api/v1/keys/{mine}")[0] == 204


def test_another_tenants_key_is_not_there(platform: Platform, owner: Person, stranger: dict[str, str]) -> None:
    id, headers = owner.key()
    for method, path, body in EVERY_WAY:
        assert platform.request(method, f"/api/v1/keys/{id}{path}", body, stranger)[0] == 404
    assert status(platform, headers) == 200


def test_the_list_pages_newest_first(owner: Person) -> None:
    made = [owner.key()[0] for _ in range(3)]
    page = owner.get("/api/v1/keys?limit=2")
    assert [each["id"] for each in page["data"]] == made[:0:-1] and page["has_more"]
    assert owner.get(f"/api/v1/keys?limit=2&after={page['last_id']}")["data"][0]["id"] == made[0]


def test_the_last_use_is_seen(platform: Platform, owner: Person) -> None:
    id, headers = owner.key()
    assert owner.get(f"/api/v1/keys/{id}")["last_used_at"] is None
    assert status(platform, headers) == 200
    wait_for(lambda: owner.get(f"/api/v1/keys/{id}")["last_used_at"] is not None, 15)
