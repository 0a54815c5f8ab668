"""Which limits a request counts against."""

from typing import Any

import pytest

from millrace.identity.caller import Caller
from millrace.limits import applying
from millrace.limits.named import Limit
from millrace.limits.tiers import Tier

TIERS = {
    "free": Tier("free", 1, 100, 3000, 10, 100),
    "pro": Tier("pro", 2, 1000, 30000, 50, 1000),
    "unlimited": Tier("unlimited", 4, 1_000_000, None, None, None),
}

LIMITS = {
    "platform": Limit("platform", "", None, None, None),
    "address": Limit("address", "", None, 200, 2000),
    "user": Limit("user", "", None, 100, 1000),
    "key": Limit("key", "", None, 100, 1000),
    "sign_in": Limit("sign_in", "", 300, 1, 30),
    "POST /jobs": Limit("POST /jobs", "", 9, None, None),
}

SOMEWHERE, HERE = "203.0.113.7", "127.0.0.1"


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "tiers", lambda: TIERS)
    monkeypatch.setattr(applying, "limits", lambda: LIMITS)


def caller(tier: str = "pro", **more: Any) -> Caller:
    return Caller(tenant="t", permissions=frozenset(), tier=tier, **({"key": "k"} | more))


def found(*asked: Any) -> set[tuple[str, bool, int]]:
    return {(rate.of, rate.hourly, rate.size) for rate in applying.of_request(*asked)}


def test_inference_counts_by_the_hour_and_reading_does_not() -> None:
    bursts = {("tenant", False, 1000), ("key", False, 1000), ("address", False, 2000)}
    assert found(caller(), SOMEWHERE, "reading") == bursts
    assert found(caller(), SOMEWHERE, "inference") == bursts | {("tenant", True, 1000)}


def test_a_key_has_the_least_of_its_tier_and_its_own_rate() -> None:
    assert ("key", True, 100) in found(caller(key_tier="free"), HERE, "inference")
    assert ("key", True, 5) in found(caller(key_tier="free", requests_per_hour=5), HERE, "inference")
    assert ("key", False, 100) in found(caller(key_tier="free"), HERE, "inference")
    assert ("tenant", True, 1000) in found(caller(key_tier="free"), HERE, "inference")


def test_a_tier_without_bursts_has_none_for_its_keys_and_users() -> None:
    assert found(caller("unlimited", user="u"), HERE, "reading") == set()
    assert found(caller("unlimited", user="u"), HERE, "inference") == {("tenant", True, 1_000_000)}
    assert ("key", False, 100) in found(caller("unlimited", key_tier="free"), HERE, "reading")


def test_this_machine_is_not_limited_by_its_address() -> None:
    assert found(None, HERE, "sign_in") == set()
    signing_in = {("sign_in", True, 300), ("sign_in", False, 30)}
    assert found(None, SOMEWHERE, "sign_in") == {("address", False, 2000)} | signing_in


def test_an_operation_of_its_own_limit_counts_whatever_it_is_and_by_tenant() -> None:
    assert ("POST /jobs", True, 9) in found(caller(), HERE, "reading", "POST /jobs")
    one, other = (applying.of_request(caller(key=key), HERE, "reading", "POST /jobs")[-1] for key in ("k", "l"))
    assert one.at == other.at


def test_what_must_always_answer_is_not_counted() -> None:
    assert found(None, SOMEWHERE, "none", "POST /jobs") == set()
