"""Somebody who hands in files of requests, and a worker that takes the steps of batches."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI

from tests.machine import wait_for
from tests.payer import Payer
from tests.platform import Platform

ENDED = ("completed", "failed", "expired", "cancelled", "quoted")


@pytest.fixture
def owner(platform: Platform) -> "Owner":
    """Somebody new, so that a test's quotas and lists are its own."""
    return Owner(platform)


@pytest.fixture
def client(owner: "Owner") -> Iterator[OpenAI]:
    url = f"http://127.0.0.1:{owner.platform.port}/v1"
    with OpenAI(base_url=url, api_key=owner.secret, max_retries=0, timeout=30) as made:
        yield made


def line(id: str, text: str = "hello", *, model: str = "demo", **demo: Any) -> dict[str, Any]:
    """A line that answers at once, unless `demo` (the engine's switches) says otherwise."""
    body = {"model": model, "messages": [{"role": "user", "content": text}], "demo": {"tokens": 2, "rate": 0} | demo}
    return {"custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body}


def written(lines: list[Any]) -> bytes:
    return b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines)


class Owner(Payer):
    """A tenant with batches."""

    def upload(self, raw: bytes, name: str = "lines.jsonl") -> str:
        """The id of a file for batches."""
        with OpenAI(base_url=f"http://127.0.0.1:{self.platform.port}/v1", api_key=self.secret) as client:
            return client.files.create(file=(name, raw), purpose="batch").id

    def batch(self, lines: list[Any] | bytes, path: str = "batches", **fields: Any) -> dict[str, Any]:
        """A batch of these lines, as it was answered."""
        file = self.upload(lines if isinstance(lines, bytes) else written(lines))
        asked = {"input_file_id": file, "endpoint": "/v1/chat/completions"} | fields
        status, made = self.ask("POST", f"/api/v1/{path}", asked)
        assert status in (200, 202), made
        return made  # type: ignore[no-any-return]

    def look(self, batch: dict[str, Any]) -> dict[str, Any]:
        status, found = self.ask("GET", f"/api/v1/batches/{batch['id']}")
        assert status == 200, found
        return found  # type: ignore[no-any-return]

    def reaches(self, batch: dict[str, Any], *states: str, seconds: float = 40) -> dict[str, Any]:
        wait_for(lambda: self.look(batch)["status"] in states, seconds, f"{batch['id']} {states}")
        return self.look(batch)

    def ended(self, batch: dict[str, Any]) -> dict[str, Any]:
        return self.reaches(batch, *ENDED)

    def act(self, batch: dict[str, Any], what: str) -> tuple[int, Any]:
        return self.ask("POST", f"/api/v1/batches/{batch['id']}/{what}")

    def lines(self, batch: dict[str, Any], which: str) -> list[dict[str, Any]]:
        """Its results, while it runs or afterwards: those that `succeeded`, that `failed`, or `all`."""
        status, raw = self.ask("GET", f"/api/v1/batches/{batch['id']}/results?lines={which}")
        assert status == 200, raw
        return [json.loads(each) for each in raw.splitlines()]

    def file(self, id: str | None) -> list[dict[str, Any]]:
        """The lines of an output or error file."""
        assert id is not None
        status, raw = self.ask("GET", f"/v1/files/{id}/content")
        assert status == 200, raw
        return [json.loads(each) for each in raw.splitlines()]
