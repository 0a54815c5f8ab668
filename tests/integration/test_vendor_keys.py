"""Keys that tenants bring: whose calls they make, to which server they go, what they cost, and who ever sees them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from millrace import ids
from tests.conformance import Conformance
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.server import Fake
from tests.integration.test_sealed import command, disguises, dump, in_redis
from tests.machine import wait_for
from tests.people import Person, register
from tests.platform import Platform

PLATFORMS, OWN, WRONG = "sk-platform-0123456789", "sk-own-quetzalwhisper-4711", "sk-wrong-0123456789abcd"

#: `gpt` is where its engine is, `elsewhere` is not. Nobody gave the platform a key for `claude`.
CATALOG = """
[lanes."remote.vendors"]
slots = 16

[[models]]
name = "gpt"
engine = "openai"
lane = "remote.vendors"

[[models]]
name = "elsewhere"
engine = "openai"
lane = "remote.vendors"
url = "{other}"

[[models]]
name = "claude"
engine = "anthropic"
lane = "remote.vendors"
max_output = 100

[[models]]
name = "meta/house"
engine = "compatible"
lane = "remote.vendors"
url = "{other}"
"""

KEYS = "/api/v1/vendor-keys"


@pytest.fixture(scope="module")
def vendor() -> Iterator[OpenAIServer]:
    with OpenAIServer(tokens=2, keys=[PLATFORMS, OWN]) as server:
        yield server


@pytest.fixture(scope="module")
def other() -> Iterator[OpenAIServer]:
    with OpenAIServer(tokens=2) as server:
        yield server


@pytest.fixture(scope="module")
def claude() -> Iterator[AnthropicServer]:
    with AnthropicServer(tokens=2, keys=[OWN]) as server:
        yield server


@pytest.fixture(scope="module")
def mill(vendor: OpenAIServer, other: OpenAIServer, claude: AnthropicServer) -> Iterator[Platform]:
    addresses = {"OPENAI_BASE_URL": f"{vendor.url}/v1", "ANTHROPIC_BASE_URL": claude.url}
    made = Platform(OPENAI_API_KEY=PLATFORMS, LOG_LEVEL="DEBUG", **addresses)
    (made.home / "models.toml").write_text(CATALOG.format(other=other.url))
    try:
        made.start("api", "api-2", "remote", "sweep", "beat")
        made.conformance = Conformance(made.request("GET", "/api/openapi.json")[2])
        price = {"model": "gpt", "input_usd_per_million": "10", "output_usd_per_million": "20"}
        assert made.request("POST", "/api/v1/admin/prices", price)[0] == 201
        yield made
    finally:
        made.stop()


@pytest.fixture
def owner(mill: Platform) -> Person:
    return register(mill)


@pytest.fixture(scope="module")
def stranger(mill: Platform) -> Person:
    return register(mill)


def ask(person: Person, model: str, process: str = "api", **fake: Any) -> tuple[int, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 9}
    return person.ask("POST", "/v1/chat/completions", body | ({"fake": fake} if fake else {}), process)


def put(person: Person, id: str, key: str = OWN) -> Any:
    status, answer = person.ask("PUT", f"{KEYS}/{id}", {"key": key})
    assert status == 200, answer
    return answer


def key_sent(server: Fake) -> str:
    headers = {name.lower(): value for name, value in server.requests[-1]["headers"].items()}
    return str(headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer "))


def with_key(person: Person, model: str, server: Fake, key: str) -> None:
    """Wait until this person's calls are made with that key: each process believes for two seconds what it read."""

    def so() -> bool:
        status, _ = ask(person, model)
        return status == 200 and key_sent(server) == key

    wait_for(so, 10, f"a call of {model} with {key}")


def entry(person: Person) -> Any:
    return person.get("/api/v1/ledger?limit=1")["data"][0]


def test_calls_are_made_with_the_tenants_own_key_and_nobody_elses_are(
    mill: Platform, vendor: OpenAIServer, owner: Person, stranger: Person
) -> None:
    assert ask(owner, "gpt")[0] == 200 and key_sent(vendor) == PLATFORMS
    set_ = put(owner, "openai")
    assert (set_["id"], set_["hint"], set_["server"], set_["good"]) == ("openai", OWN[-4:], vendor.url, True)
    assert (set_["used_at"], set_["rejected_at"]) == (None, None)
    with_key(owner, "gpt", vendor, OWN)
    assert ask(stranger, "gpt")[0] == 200 and key_sent(vendor) == PLATFORMS
    assert owner.ask("DELETE", f"{KEYS}/openai")[0] == 204
    with_key(owner, "gpt", vendor, PLATFORMS)


def test_what_the_tenant_paid_for_costs_nothing_here_and_counts_all_the_same(
    mill: Platform, vendor: OpenAIServer, owner: Person
) -> None:
    assert ask(owner, "gpt")[0] == 200
    paid = entry(owner)
    assert not paid["own_key"] and float(paid["cost_usd"]) > 0
    put(owner, "openai/gpt")
    with_key(owner, "gpt", vendor, OWN)
    free = entry(owner)
    assert free["own_key"] and float(free["cost_usd"]) == 0
    assert (free["input_tokens"], free["output_tokens"]) == (paid["input_tokens"], paid["output_tokens"])
    # No budget stands in the way of what costs nothing, and a limit of requests does.
    assert owner.ask("PUT", "/api/v1/quotas", {"unit": "usd", "hard_limit_usd": "0"})[0] == 200
    assert ask(owner, "gpt")[0] == 200
    wait_for(lambda: ask(owner, "gpt", "api-2")[0] == 200, 10, "the other API process has heard of it")
    assert owner.ask("PUT", "/api/v1/quotas", {"unit": "requests", "hard_limit": 0})[0] == 200
    assert ask(owner, "gpt")[1]["error"]["code"] == "quota_exceeded"
    assert mill.sql("SELECT count(*) FROM quota_balances WHERE reserved <> 0") == [(0,)]


def test_a_model_for_which_the_platform_has_no_key_works_for_who_brought_one(
    mill: Platform, claude: AnthropicServer, owner: Person, stranger: Person
) -> None:
    put(owner, "anthropic")
    with_key(owner, "claude", claude, OWN)
    status, refused = ask(stranger, "claude")
    assert status == 503 and refused["error"]["code"] == "backend_key", refused
    # So it is with one that an administrator declares while everything runs.
    made = {"engine": "anthropic", "lane": "remote.vendors", "upstream": "claude-fake-2", "max_output": 50}
    assert mill.request("PUT", "/api/v1/admin/models/live", made)[0] == 200
    assert ask(owner, "live")[0] == 200 and claude.requests[-1]["body"]["model"] == "claude-fake-2"


def test_a_key_that_is_rejected_is_its_owners_to_mend_and_harms_nobody_else(
    mill: Platform, vendor: OpenAIServer, owner: Person, stranger: Person
) -> None:
    put(owner, "openai", WRONG)
    wait_for(lambda: ask(owner, "gpt")[0] != 200, 10, "the wrong key is used")
    refused = ask(owner, "gpt")[1]["error"]
    assert refused["code"] == "backend_credentials" and "that you brought" in refused["message"]
    assert entry(owner)["own_key"] and entry(owner)["outcome"] == "failed"
    assert mill.sql("SELECT * FROM model_pauses") == []
    assert ask(stranger, "gpt")[0] == 200
    wait_for(lambda: owner.get(f"{KEYS}/openai")["rejected_at"], 30, "told to who looks")
    # Set anew, it is a new key.
    assert put(owner, "openai")["rejected_at"] is None
    with_key(owner, "gpt", vendor, OWN)
    wait_for(lambda: owner.get(f"{KEYS}/openai")["used_at"], 30, "told to who looks")


def test_the_limits_of_a_tenants_account_are_no_outage_for_others(
    mill: Platform, vendor: OpenAIServer, owner: Person, stranger: Person
) -> None:
    put(owner, "openai")
    with_key(owner, "gpt", vendor, OWN)
    body = {"model": "gpt", "stream": False, "fake": {"mode": "rate_limit", "reset": "1s"}}
    job = mill.submit("x", owner.headers, body=body)["id"]
    wait_for(lambda: mill.sql("SELECT 1 FROM attempts WHERE job = %s AND outcome = 'outage'", job[4:]), 20, "a 429")
    assert mill.sql("SELECT * FROM model_pauses") == []
    assert ask(stranger, "gpt")[0] == 200
    assert owner.ask("POST", f"/api/v1/jobs/{job}/cancel")[0] in (200, 202)


def test_a_key_goes_to_the_server_that_it_was_set_for_and_to_no_other(
    mill: Platform, vendor: OpenAIServer, other: OpenAIServer, owner: Person
) -> None:
    put(owner, "openai")
    with_key(owner, "gpt", vendor, OWN)
    # A model of that engine which is elsewhere is not meant.
    assert ask(owner, "elsewhere")[0] == 200 and key_sent(other) == PLATFORMS
    assert put(owner, "compatible/meta/house")["server"] == other.url
    with_key(owner, "meta/house", other, OWN)
    # Whoever runs the platform moves it; the tenant did not agree to that.
    with OpenAIServer(tokens=2) as third:
        moved = {"engine": "compatible", "lane": "remote.vendors", "url": third.url}
        assert mill.request("PUT", "/api/v1/admin/models/meta/house", moved)[0] == 200
        wait_for(lambda: ask(owner, "meta/house")[0] != 200, 10, "the worker has heard of it")
        refused = ask(owner, "meta/house")[1]["error"]
        assert refused["code"] == "backend_key" and "Set it again" in refused["message"]
        assert third.asked == 0 and not owner.get(f"{KEYS}/compatible/meta/house")["good"]
        assert put(owner, "compatible/meta/house")["good"]
        with_key(owner, "meta/house", third, OWN)
    assert mill.request("DELETE", "/api/v1/admin/models/meta/house?keep_file=true")[0] == 204


def test_nobody_ever_sees_it_again(mill: Platform, vendor: OpenAIServer, owner: Person) -> None:
    put(owner, "openai")
    with_key(owner, "gpt", vendor, OWN)
    put(owner, "openai/gpt", WRONG)
    wait_for(lambda: ask(owner, "gpt")[0] != 200, 10, "the wrong key is used")
    shown = [owner.get(KEYS), owner.get(f"{KEYS}/openai"), owner.get("/api/v1/audit?limit=50")]
    assert [each["id"] for each in shown[0]["data"]] == ["openai", "openai/gpt"]
    acts = [(row["act"], row["target"]) for row in shown[2]["data"]]
    assert ("vendor_key_set", "vendor_key:openai/gpt") in acts
    said = [json.dumps(each) for each in shown] + [dump(mill)] + [mill.log(name) for name in mill.processes]
    for key in (OWN, WRONG, PLATFORMS):
        for disguise in disguises(key):
            assert not [text for text in said if disguise.lower() in text.lower()]
            assert disguise.encode() not in in_redis(mill)


def test_it_is_sealed_anew_when_keys_are_rotated(mill: Platform, vendor: OpenAIServer, owner: Person) -> None:
    put(owner, "openai")
    before = mill.sql("SELECT key FROM vendor_keys WHERE tenant = %s", ids.parse("ten", owner.tenant))
    command(mill, "rotate")
    command(mill, "reseal")
    assert mill.sql("SELECT key FROM vendor_keys WHERE tenant = %s", ids.parse("ten", owner.tenant)) != before
    with_key(owner, "gpt", vendor, OWN)


def test_a_row_that_says_something_else_than_what_was_sealed_is_not_believed(
    mill: Platform, vendor: OpenAIServer, other: OpenAIServer, owner: Person
) -> None:
    thief = register(mill)
    ours, theirs = ids.parse("ten", owner.tenant), ids.parse("ten", thief.tenant)
    put(owner, "openai")
    vendor.requests.clear(), other.requests.clear()
    mill.sql("UPDATE vendor_keys SET tenant = %s WHERE tenant = %s", theirs, ours)
    wait_for(lambda: ask(thief, "gpt")[1].get("error"), 10, "the row is read")
    assert ask(thief, "gpt")[1]["error"]["code"] == "unreadable"
    put(owner, "openai")
    mill.sql("UPDATE vendor_keys SET model = 'elsewhere', server = %s WHERE tenant = %s", other.url, ours)
    wait_for(lambda: ask(owner, "elsewhere")[1].get("error"), 10, "the row is read")
    assert ask(owner, "elsewhere")[1]["error"]["code"] == "unreadable"
    assert OWN not in json.dumps([request["headers"] for request in vendor.requests + other.requests])


def test_only_who_administers_a_tenant_sets_keys_and_its_members_see_that_there_are(owner: Person) -> None:
    put(owner, "anthropic")
    viewer = owner.bring("viewer")
    assert [each["id"] for each in viewer.get(KEYS)["data"]] == ["anthropic"]
    assert viewer.ask("PUT", f"{KEYS}/openai", {"key": OWN})[0] == 403
    assert viewer.ask("DELETE", f"{KEYS}/anthropic")[0] == 403


@pytest.mark.parametrize(
    ("id", "key", "status"),
    [
        ("openai", "", 400),
        ("openai", "two words", 400),
        ("openai", "sk-\u00e9", 400),
        ("openai", "sk-\r\nX-Evil: 1", 400),
        ("openai", "x" * 5000, 400),
        ("openai", None, 400),
        ("openai/", OWN, 404),
        ("openai/nobody", OWN, 400),
        ("openai/%00", OWN, 404),
        ("openai/" + "x" * 300, OWN, 404),
        ("compatible", OWN, 400),
        ("compatible/gpt", OWN, 400),
        ("local/x", OWN, 404),
        ("demo", OWN, 404),
        ("nobody", OWN, 404),
    ],
)
def test_what_cannot_be_a_key_or_take_one_is_said(stranger: Person, id: str, key: Any, status: int) -> None:
    found, problem = stranger.ask("PUT", f"{KEYS}/{id}", {"key": key})
    assert found == status and (not key or key not in json.dumps(problem)), problem
    assert stranger.get(KEYS)["data"] == []
