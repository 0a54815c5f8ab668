"""Second names: the calls that users of the earlier systems make, as they make them."""

import secrets
import time
from typing import Any

import pytest

from tests.people import PASSWORD, Person, register
from tests.platform import Platform

NOBODY = {"Authorization": ""}


@pytest.fixture(scope="module")
def owner(platform: Platform) -> Person:
    return register(platform, "free")


def test_a_new_account_works_at_once_under_the_old_paths(platform: Platform) -> None:
    """Register, sign in, make a key, submit with it, see the usage: nothing else is needed."""
    name = secrets.token_hex(6)
    wanted = {"username": name, "email": f"{name}@people.example", "password": PASSWORD}
    assert platform.request("POST", "/api/auth/register", wanted, NOBODY)[0] == 201
    signing_in = {"email": wanted["email"], "password": PASSWORD}
    code, _, tokens = platform.request("POST", "/api/auth/login", signing_in, NOBODY)
    assert code == 200 and {"access_token", "refresh_token", "token_type", "expires_in"} <= set(tokens)
    code, _, again = platform.request(
        "POST", "/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}, NOBODY
    )
    assert code == 200 and again["refresh_token"] != tokens["refresh_token"]
    bearer = {"Authorization": f"Bearer {again['access_token']}"}
    code, _, key = platform.request("POST", "/api/auth/api-keys", {"name": "mine"}, bearer)
    assert code == 201 and set(key) == {"api_key", "key_id", "tier", "rate_limit", "expires_at", "created_at"}
    assert (key["tier"], key["rate_limit"], key["expires_at"]) == ("free", {"requests": 100, "window": 3600}, None)
    header = {"Authorization": "", "X-API-Key": key["api_key"]}
    assert platform.submit("hello", header)["status"] == "queued"
    code, _, usage = platform.request("GET", "/usage", headers=header)
    assert code == 200 and usage.pop("window_reset") > time.time()
    assert usage == {"requests_used": 1, "requests_limit": 100, "requests_remaining": 99, "tier": "free"}


def test_create_key_takes_a_tier_a_description_and_days(platform: Platform, owner: Person) -> None:
    wanted: dict[str, Any] = {"tier": "free", "description": "for the night", "expires_in_days": 30}
    code, made = owner.ask("POST", "/auth/create-key", wanted | {"tenant_id": owner.tenant})
    assert code == 201 and made["tier"] == "free" and abs(made["created_at"] - time.time()) < 60
    assert abs(made["expires_at"] - made["created_at"] - 30 * 86400) < 60
    assert owner.get(f"/api/v1/keys/{made['key_id']}")["name"] == "for the night"
    assert owner.ask("POST", "/auth/create-key", wanted | {"tier": "pro"})[0] == 400


def test_a_key_of_another_tenant_is_for_those_who_run_the_platform(platform: Platform, owner: Person) -> None:
    other = register(platform, "free")
    assert other.ask("POST", "/auth/create-key", {"tenant_id": owner.tenant})[0] == 403
    code, _, made = platform.request("POST", "/auth/create-key", {"tenant_id": owner.tenant, "tier": "free"})
    assert code == 201
    headers = {"Authorization": f"Bearer {made['api_key']}"}
    assert platform.request("GET", "/api/v1/tenant", headers=headers)[2]["id"] == owner.tenant
    assert platform.request("GET", "/api/v1/admin/tenants", headers=headers)[0] == 403
    assert platform.request("POST", "/auth/create-key", {"tenant_id": owner.tenant, "tier": "pro"})[0] == 400
    nowhere = "ten_" + "0" * 32
    assert platform.request("POST", "/auth/create-key", {"tenant_id": nowhere})[0] == 404
