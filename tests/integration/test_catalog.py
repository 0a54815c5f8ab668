"""The live catalog: what an administrator changes is effective in every process within seconds, and survives them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance import Conformance
from tests.fakes.openai_server import OpenAIServer
from tests.machine import wait_for
from tests.platform import Platform

CATALOG = """
[lanes."remote.one"]
slots = 4
[lanes."gpu.absent"]
pool = "gpu7"
slots = 1

[[models]]
name = "filed"
engine = "compatible"
lane = "remote.one"
url = "{url}"

[[models]]
name = "leaning"
engine = "demo"
lane = "remote.one"
fallback = ["filed"]
"""

MODELS, ALIASES, LANES = "/api/v1/admin/models", "/api/v1/admin/aliases", "/api/v1/admin/lanes"


@pytest.fixture(scope="module")
def backend() -> Iterator[OpenAIServer]:
    with OpenAIServer(tokens=2) as server:
        yield server


@pytest.fixture(scope="module")
def mill(backend: OpenAIServer) -> Iterator[Platform]:
    made = Platform()
    (made.home / "models.toml").write_text(CATALOG.format(url=backend.url))
    try:
        made.start("api", "api-2", "remote", "sweep", "beat")
        made.conformance = Conformance(made.request("GET", "/api/openapi.json")[2])
        yield made
    finally:
        made.stop()


def ask(mill: Platform, model: str, process: str = "api") -> tuple[int, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}
    status, _, answer = mill.request("POST", "/v1/chat/completions", body, process=process)
    return status, answer


def put(mill: Platform, path: str, entry: dict[str, Any]) -> tuple[int, Any]:
    status, _, answer = mill.request("PUT", path, entry)
    return status, answer


def delete(mill: Platform, path: str) -> int:
    return mill.request("DELETE", path)[0]


def test_a_model_made_live_answers_at_once_where_it_was_made_and_soon_everywhere(
    mill: Platform, backend: OpenAIServer
) -> None:
    entry = {"engine": "compatible", "lane": "remote.one", "url": backend.url, "upstream": "inside", "quality": 50}
    status, made = put(mill, f"{MODELS}/vendor/made", entry)
    assert status == 200 and made["source"] == "table" and made["entry"]["upstream"] == "inside", made
    # The workers have not heard of it, and look.
    status, answer = ask(mill, "vendor/made")
    assert (status, answer["model"]) == (200, "vendor/made")
    wait_for(lambda: ask(mill, "vendor/made", "api-2")[0] == 200, 10, "the other API process")
    assert "vendor/made" in [model["id"] for model in mill.request("GET", "/api/v1/models")[2]["data"]]
    noted = mill.request("GET", "/api/v1/audit?limit=5")[2]["data"]
    assert [row["act"] for row in noted][:1] == ["model_set"] and noted[0]["target"] == "model:vendor/made"


def test_the_table_wins_over_the_file_and_what_the_file_says_can_hold_again(mill: Platform) -> None:
    with OpenAIServer(text=["from", " elsewhere"]) as other:
        entry = {"engine": "compatible", "lane": "remote.one", "url": other.url}
        assert put(mill, f"{MODELS}/filed", entry)[0] == 200

        def said() -> str:
            return str(ask(mill, "filed")[1]["choices"][0]["message"]["content"])

        wait_for(lambda: said() == "from elsewhere", 10, "the worker asks the other server")
        assert delete(mill, f"{MODELS}/filed?keep_file=true") == 204
        wait_for(lambda: said() != "from elsewhere", 10, "the worker asks the first server")


def test_a_deleted_model_is_gone_and_what_waits_for_it_fails(mill: Platform) -> None:
    # Nobody serves its lane, so its jobs wait.
    assert put(mill, f"{MODELS}/doomed", {"engine": "demo", "lane": "gpu.absent"})[0] == 200
    job = mill.submit(body={"model": "doomed"})["id"]
    assert delete(mill, f"{MODELS}/doomed") == 204
    ended = mill.finished(job)
    assert ended["status"] == "failed" and ended["error"]["code"] == "model_deleted", ended
    assert ask(mill, "doomed")[0] == 404
    assert delete(mill, f"{MODELS}/doomed") == 404
    # One of the file too, unless another falls back on it.
    status, _, refused = mill.request("DELETE", f"{MODELS}/filed")
    assert status == 409 and "leaning" in refused["detail"]
    assert delete(mill, f"{MODELS}/leaning") == 204 and ask(mill, "leaning")[0] == 404
    assert delete(mill, f"{MODELS}/leaning?keep_file=true") == 204 and ask(mill, "leaning")[0] == 200


def test_a_lane_made_live_is_served_by_the_pool_that_runs(mill: Platform) -> None:
    status, refused = put(mill, f"{MODELS}/later", {"engine": "demo", "lane": "remote.later"})
    assert status == 400 and refused["param"] == "lane" and "remote.one" in refused["detail"]
    for pool in ("gpu7", "local", "nowhere"):
        status, refused = put(mill, f"{LANES}/remote.later", {"pool": pool})
        assert status == 400 and refused["param"] == "pool" and "remote" in refused["detail"]
    assert put(mill, f"{LANES}/remote.later", {"pool": "remote", "slots": 2})[0] == 200
    assert put(mill, f"{LANES}/remote.later", {"pool": "remote"})[0] == 409
    assert put(mill, f"{MODELS}/later", {"engine": "demo", "lane": "remote.later"})[0] == 200
    jobs = [mill.submit(body={"model": "later"}, demo={"tokens": 2})["id"] for _ in range(5)]
    assert {mill.finished(job)["status"] for job in jobs} == {"succeeded"}
    # After a restart the worker serves it as it serves the others.
    mill.kill("remote")
    mill.start_process("remote")
    assert ask(mill, "later")[0] == 200
    status, _, refused = mill.request("DELETE", f"{LANES}/remote.later")
    assert status == 409 and "later" in refused["detail"]
    assert (delete(mill, f"{MODELS}/later"), delete(mill, f"{LANES}/remote.later")) == (204, 204)


def test_aliases_are_made_changed_and_deleted(mill: Platform) -> None:
    assert put(mill, f"{ALIASES}/ours", {"aim": "cheap", "models": ["filed", "leaning"]})[0] == 200
    status, answer = ask(mill, "ours")
    assert status == 200 and answer["model"] in ("filed", "leaning")
    listed = mill.request("GET", "/api/v1/models")[2]["aliases"]
    assert {"id": "ours", "aim": "cheap", "private": False, "models": ["filed", "leaning"]} in listed
    assert put(mill, f"{ALIASES}/ours", {"aim": "cheap", "models": ["nobody"]})[1]["param"] == "models"
    assert put(mill, f"{ALIASES}/filed", {"aim": "cheap"})[0] == 409
    assert put(mill, f"{MODELS}/ours", {"engine": "demo", "lane": "remote.one"})[0] == 409
    # A built-in one is changed in the same way, and is as it was when that is deleted.
    assert put(mill, f"{ALIASES}/best", {"aim": "best", "models": ["leaning"]})[0] == 200
    assert ask(mill, "best")[1]["model"] == "leaning"
    assert delete(mill, f"{ALIASES}/best") == 204
    assert (delete(mill, f"{ALIASES}/ours"), ask(mill, "ours")[0]) == (204, 404)


@pytest.mark.parametrize(
    ("entry", "param"),
    [
        ({"engine": "magic", "lane": "remote.one"}, "engine"),
        ({"engine": "demo"}, "lane"),
        ({"engine": "demo", "lane": "remote.one", "fallback": ["nobody"]}, "fallback"),
        ({"engine": "demo", "lane": "remote.one", "fallback": ["wrong"]}, "fallback"),
        ({"engine": "demo", "lane": "remote.one", "context": 0}, "context"),
        ({"engine": "demo", "lane": "remote.one", "key_env": "sk-1 2"}, "key_env"),
        ({"engine": "demo", "lane": "remote.one", "price": {"input": -1}}, "price.input"),
        ({"engine": "demo", "lane": "remote.one", "colour": 1}, "colour"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(mill: Platform, entry: dict[str, Any], param: str) -> None:
    status, refused = put(mill, f"{MODELS}/wrong", entry)
    assert status == 400 and refused["param"] == param, refused
    assert ask(mill, "wrong")[0] == 404


def test_names_that_nothing_can_hold_are_refused(mill: Platform) -> None:
    entry = {"engine": "demo", "lane": "remote.one"}
    for name in ("a%00b", "a%0Ab", "x" * 201, "%ED%A0%80%0D"):
        assert put(mill, f"{MODELS}/{name}", entry)[0] in (400, 404), name
        assert delete(mill, f"{MODELS}/{name}") == 404


def test_who_does_not_run_the_platform_edits_nothing(mill: Platform) -> None:
    _, _, made = mill.request("POST", "/api/v1/keys", {"name": "plain", "scopes": ["jobs:write", "models:write"]})
    headers = {"Authorization": f"Bearer {made['api_key']}"}
    for method, path, body in (
        ("PUT", f"{MODELS}/x", {"engine": "demo", "lane": "remote.one"}),
        ("DELETE", f"{MODELS}/filed", None),
        ("PUT", f"{LANES}/x", {}),
        ("GET", "/api/v1/admin/catalog", None),
    ):
        assert mill.request(method, path, body, headers)[0] == 403


def test_the_catalog_is_shown_with_where_each_entry_comes_from(mill: Platform) -> None:
    found = mill.request("GET", "/api/v1/admin/catalog")[2]
    sources = {model["name"]: model["source"] for model in found["models"]}
    assert sources["filed"] == "file" and sources["vendor/made"] == "table"
    assert {alias["name"]: alias["source"] for alias in found["aliases"]}["fast"] == "built_in"


def test_a_model_is_shown_with_how_it_does(mill: Platform) -> None:
    assert ask(mill, "filed")[0] == 200

    def shown() -> dict[str, Any]:
        return next(each for each in mill.request("GET", "/api/v1/models")[2]["data"] if each["id"] == "filed")

    # As workers tell it between two renewals; one that was killed counts until its lease is over.
    wait_for(lambda: shown()["seconds"] and shown()["slots"] == 4, 20, "what was measured")
    assert shown()["loaded"] and shown()["error_rate"] == 0 and shown()["paused"] is None
