"""Models that the machine has already."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from millrace.machine import discover, sample
from millrace.settings import Settings

SIZES = {"big:70b": 40, "nomic-embed-text": 1, "small:1b": 2}
TAGS = {"models": [{"name": name, "size": size} for name, size in SIZES.items()]}


class Ollama(BaseHTTPRequestHandler):
    """Answers /api/tags."""

    def do_GET(self) -> None:
        body = json.dumps(TAGS).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def ollama() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Ollama) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def choose() -> sample.Choice:
    return sample.choose(Console(file=None, quiet=True))


def test_nothing_here_is_the_demo(own: Settings) -> None:
    choice = choose()
    assert choice.model == "demo"
    assert "does not answer" in choice.why


def test_ollama_first_and_its_smallest_chat_model(own: Settings, ollama: str) -> None:
    own.ollama_url = ollama
    (own.home / "models" / "Tiny.gguf").write_bytes(b"GGUF")
    choice = choose()
    assert choice.model == "small:1b"
    assert ollama in choice.why
    model = discover.catalog().models["small:1b"]
    assert (model.engine, model.url) == ("ollama", ollama)
    assert "nomic-embed-text" not in discover.catalog().models


def test_a_file_next(own: Settings) -> None:
    (own.home / "models" / "Tiny.Q4.gguf").write_bytes(b"GGUF")
    assert choose().model == "tiny.q4"
    model = discover.catalog().models["tiny.q4"]
    assert (model.engine, model.path) == ("local", str(own.home / "models" / "Tiny.Q4.gguf"))


def test_a_second_start_adds_nothing(own: Settings, ollama: str) -> None:
    own.ollama_url = ollama
    choose()
    before = own.catalog_path.read_text()
    choose()
    assert own.catalog_path.read_text() == before


def test_what_is_written_says_where_it_comes_from(own: Settings, ollama: str) -> None:
    own.ollama_url = ollama
    own.catalog_path.write_text("# Mine.\n")
    choose()
    text = own.catalog_path.read_text()
    assert text.startswith("# Mine.\n")
    assert f"# Found by Millrace: Ollama at {ollama} has it.\n[[models]]" in text


def test_a_catalog_of_ones_own_is_left_alone(own: Settings, ollama: str, tmp_path: Path) -> None:
    own.ollama_url = ollama
    own.catalog = tmp_path / "mine.toml"
    own.catalog.write_text("")
    choice = choose()
    assert choice.model == "demo"
    assert "mine.toml" in choice.why
    assert own.catalog.read_text() == ""


def test_what_one_wrote_oneself_wins(own: Settings, ollama: str) -> None:
    own.ollama_url = ollama
    own.catalog_path.write_text('[[models]]\nname = "small:1b"\nengine = "demo"\nlane = "remote.demo"\n')
    choose()
    assert discover.catalog().models["small:1b"].engine == "demo"
