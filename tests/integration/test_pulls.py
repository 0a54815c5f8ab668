"""Models fetched by an administrator's call, with progress; listed, and removed again."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import psutil
import pytest

from tests.conformance import Conformance
from tests.fakes.file_server import CONTENT, SHA256, FileServer
from tests.fakes.ollama_server import OllamaServer
from tests.machine import children, wait_for
from tests.people import register
from tests.platform import Platform

PULL, LOCAL = "/api/v1/admin/models/pull", "/api/v1/admin/local-models"

LINES = {"Accept": "application/x-ndjson"}


@pytest.fixture(scope="module")
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer() as made:
        yield made


@pytest.fixture
def files() -> Iterator[FileServer]:
    with FileServer() as made:
        yield made


@pytest.fixture(scope="module")
def mill(ollama: OllamaServer) -> Iterator[Platform]:
    made = Platform(OLLAMA_URL=ollama.url)
    try:
        made.start("api")
        made.conformance = Conformance(made.request("GET", "/api/openapi.json")[2])
        yield made
    finally:
        made.stop()


def pull(mill: Platform, name: str, sha256: str = "") -> list[dict[str, Any]]:
    """Its steps, to the end."""
    status, headers, raw = mill.request("POST", PULL, {"name": name, "sha256": sha256}, LINES)
    assert (status, headers["content-type"]) == (200, "application/x-ndjson"), raw
    return [json.loads(line) for line in raw.splitlines() if line]


def refused(mill: Platform, name: str, sha256: str = "") -> tuple[int, str, str]:
    status, _, problem = mill.request("POST", PULL, {"name": name, "sha256": sha256})
    return status, problem["code"], problem["detail"]


@contextmanager
def under_way(mill: Platform, name: str) -> Iterator[HTTPResponse]:
    """A pull of which something has come, and whose client leaves at the end."""
    connection = HTTPConnection("127.0.0.1", mill.port, timeout=30)
    headers = {"Authorization": f"Bearer {mill.key}", "Content-Type": "application/json"}
    with closing(connection):
        connection.request("POST", PULL, json.dumps({"name": name, "sha256": SHA256}), headers)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader("content-type", "").startswith("text/event-stream")
        for line in answer:
            if line.startswith(b"data: ") and json.loads(line[6:])["have"]:
                break
        yield answer


def pulling(mill: Platform) -> list[psutil.Process]:
    return children(mill.processes["api"].pid, "pull")


def listed(mill: Platform) -> dict[str, Any]:
    return {one["name"]: one for one in mill.request("GET", LOCAL)[2]["data"]}


def test_a_file_comes_step_by_step_is_listed_and_removed(mill: Platform, files: FileServer) -> None:
    url = f"{files.url}/whole.gguf?token=quetzal"
    *before, last = pull(mill, url, SHA256)
    assert before[-1] == {"step": "fetch", "have": len(CONTENT), "total": len(CONTENT)}
    assert (last["step"], last["model"], last["listed"], last["entry"]["engine"]) == ("done", "whole", True, "local")
    found = listed(mill)
    assert (found["whole"]["bytes"], found["demo"]["engine"]) == (len(CONTENT), "demo")
    status, _, removed = mill.request("DELETE", f"{LOCAL}/whole")
    assert status == 200 and len(removed["done"]) == 2 and "whole" not in listed(mill)
    assert mill.request("DELETE", f"{LOCAL}/whole")[0] == 404
    noted = [(row["act"], row["target"]) for row in mill.request("GET", "/api/v1/audit?limit=5")[2]["data"]]
    assert noted[1:3] == [("model_removed", "model:whole"), ("model_pulled", f"model:{files.url}/whole.gguf")]


def test_one_of_ollamas_too_and_what_it_does_not_know_is_said(mill: Platform, ollama: OllamaServer) -> None:
    steps = pull(mill, "library/llama3.2:1b")
    entry = {"name": "library/llama3.2:1b", "lane": "local.ollama", "engine": "ollama", "url": ollama.url}
    assert steps[-1] == {"step": "done", "model": "library/llama3.2:1b", "entry": entry, "listed": True}
    assert listed(mill)["library/llama3.2:1b"]["bytes"] == 50
    # What an administrator declared counts as much as what a file says.
    made = {"engine": "ollama", "lane": "remote.demo", "upstream": "tiny:latest"}
    assert mill.request("PUT", "/api/v1/admin/models/declared", made)[0] == 200
    assert listed(mill)["declared"]["bytes"] == 1 and "tiny:latest" not in listed(mill)
    assert mill.request("DELETE", f"{LOCAL}/library/llama3.2:1b")[0] == 200
    assert "library/llama3.2:1b" not in ollama.tags
    *_, failed = pull(mill, "unknown:1b")
    assert failed["step"] == "failed" and failed["error"]["code"] == "not_found"
    assert "does not exist" in failed["error"]["message"]


def test_who_hangs_up_ends_it_and_goes_on_from_there(mill: Platform, files: FileServer) -> None:
    part = mill.home / "models" / "stuck.gguf.part"
    with under_way(mill, f"{files.url}/stuck"):
        assert pulling(mill)
    wait_for(lambda: not pulling(mill), 10, "the pull has ended")
    assert part.stat().st_size
    assert pull(mill, f"{files.url}/stuck", SHA256)[-1]["step"] == "done"
    assert files.asked[-1] > 0 and part.with_suffix("").read_bytes() == CONTENT


def test_two_at_once_do_not_spoil_it_and_others_are_served_meanwhile(mill: Platform, files: FileServer) -> None:
    (mill.home / "models" / "stuck.gguf").unlink(missing_ok=True)
    with under_way(mill, f"{files.url}/stuck"):
        status, code, says = refused(mill, f"{files.url}/stuck", SHA256)
        assert (status, code) == (409, "conflict") and "another process" in says
        # However still the child stands, this process does not.
        for child in pulling(mill):
            child.suspend()
        assert mill.alive() and listed(mill)
    wait_for(lambda: not pulling(mill), 15, "the pull has ended, the hard way")
    assert pull(mill, f"{files.url}/stuck", SHA256)[-1]["step"] == "done"
    assert (mill.home / "models" / "stuck.gguf").read_bytes() == CONTENT


def test_what_cannot_be_had_says_why(mill: Platform, files: FileServer) -> None:
    assert refused(mill, f"{files.url}/whole.gguf")[:2] == (400, "invalid_field")
    assert refused(mill, "")[0] == 400 and refused(mill, "x" * 3000)[0] == 400
    status, code, says = refused(mill, f"{files.url}/gone", SHA256)
    assert (status, code) == (502, "pull_failed") and "404" in says
    *_, broke = pull(mill, f"{files.url}/broken", SHA256)
    assert broke["step"] == "failed" and "broke" in broke["error"]["message"]
    *_, wrong = pull(mill, f"{files.url}/whole.gguf", "0" * 64)
    assert wrong["step"] == "failed" and "differs" in wrong["error"]["message"]
    for name in ("..%2f..%2fadmin-key", "%00", "nobody"):
        assert mill.request("DELETE", f"{LOCAL}/{name}")[0] == 404


def test_it_is_for_those_who_run_the_platform(mill: Platform) -> None:
    person = register(mill)
    assert person.ask("POST", PULL, {"name": "tiny"})[0] == 403
    assert person.ask("GET", LOCAL)[0] == 403 and person.ask("DELETE", f"{LOCAL}/tiny")[0] == 403
