"""Servers that the vendors' variables name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.machine import discover, entries, vendors
from millrace.settings import Settings, settings
from tests.fakes.anthropic_server import AnthropicServer
from tests.fakes.server import Fake, Handler


class Listing(Handler):
    """Lists its models to whoever has the key, where it wants one; /moved leads away."""

    def answer(self, body: dict[str, Any]) -> None:
        if self.path.startswith("/moved"):
            self.send(302, {}, {"Location": f"{self.server.url}/v1/models"})
        elif self.server.defaults.get("key", "") not in self.headers.get("Authorization", ""):
            self.send(401, {"error": {"message": "no"}})
        else:
            self.send(200, self.server.defaults["answer"])


def says(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """These variables, for a process that starts now."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.fixture
def server(own: Settings) -> Iterator[Fake]:
    with Fake(
        Listing, answer={"data": [{"id": "llama3"}, {"id": "bge-embed"}, {"id": "x" * 300}, {"id": "\ud800"}]}
    ) as made:
        yield made


def test_without_their_variables_nobody_is_asked(server: Fake) -> None:
    assert vendors.models() == []
    assert server.requests == []


def test_a_server_of_ones_own_needs_no_key(server: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, OPENAI_BASE_URL=f"{server.url}/v1")
    assert entries.add(vendors.models()) == ["bge-embed", "llama3"], "what no catalog can hold is left out"
    assert entries.add(vendors.models()) == []
    models = discover.catalog().models
    assert (models["llama3"].engine, models["llama3"].url, models["llama3"].key_env) == (
        "compatible",
        f"{server.url}/v1",
        "",
    )
    assert models["bge-embed"].capabilities == {"embeddings"}


def test_the_key_is_sent_and_never_written(server: Fake, own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    server.defaults["key"] = "sk-hidden"
    says(monkeypatch, OPENAI_BASE_URL=f"{server.url}/v1")
    assert vendors.models() == []
    says(monkeypatch, OPENAI_API_KEY="sk-hidden")
    entries.add(vendors.models())
    assert discover.catalog().models["llama3"].key_env == "OPENAI_API_KEY"
    assert "sk-hidden" not in own.catalog_path.read_text()


def test_a_key_from_a_file_is_not_written_either(
    server: Fake, own: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("sk-hidden\n")
    says(monkeypatch, OPENAI_BASE_URL=f"{server.url}/v1", OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    entries.add(vendors.models())
    assert discover.catalog().models["llama3"].engine == "openai"
    assert "sk-hidden" not in own.catalog_path.read_text()


def test_anthropic_is_asked_with_its_key(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with AnthropicServer() as server:
        says(monkeypatch, ANTHROPIC_BASE_URL=server.url)
        assert vendors.models() == [] and server.requests == []
        says(monkeypatch, ANTHROPIC_API_KEY="sk-ant")
        added = entries.add(vendors.models())
    assert added and discover.catalog().models[added[0]].engine == "anthropic"


def test_a_redirect_is_not_followed(server: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, OPENAI_BASE_URL=f"{server.url}/moved")
    assert vendors.models() == []
    assert [request["path"] for request in server.requests] == ["/moved/models"]


@pytest.mark.parametrize("answer", [b"<html>", [], {"data": None}, {"data": [5]}, b"[" * 100_000])
def test_what_cannot_be_read_adds_nothing(server: Fake, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    server.defaults["answer"] = answer
    says(monkeypatch, OPENAI_BASE_URL=f"{server.url}/v1")
    assert vendors.models() == []


def test_openai_lists_more_than_chats() -> None:
    listed = ["gpt-5", "gpt-5-2025-08-07", "tts-1", "gpt-4o-realtime-preview", "text-embedding-3-small", "o4-mini"]
    assert [name for name in listed if not vendors.OTHER_KINDS.search(name)] == [
        "gpt-5",
        "text-embedding-3-small",
        "o4-mini",
    ]
