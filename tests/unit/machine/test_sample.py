"""The offer to fetch a model: to a person at a terminal, who declines it with one key."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.machine import ROOT

CONTENT = b"GGUF" + bytes(1000)

CHOOSE = """
from rich.console import Console
from millrace.machine import sample
print("chose", sample.choose(Console(highlight=False)).model, "of those")
"""


class File(BaseHTTPRequestHandler):
    """Serves one file."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    (tmp_path / "models").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), File) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {name: value for name, value in os.environ.items() if name not in {"CI", "CATALOG"}} | {
            "MILLRACE_HOME": str(tmp_path),
            "OLLAMA_URL": "http://127.0.0.1:9",
            "SAMPLE_MODEL_URL": f"http://127.0.0.1:{server.server_port}/Tiny.gguf",
            "SAMPLE_MODEL_SHA256": hashlib.sha256(CONTENT).hexdigest(),
            "TERM": "xterm",
        }
        server.shutdown()


def at_a_terminal(env: dict[str, str], key: bytes) -> str:
    """What it says to somebody who presses one key."""
    ours, theirs = os.openpty()
    with subprocess.Popen([sys.executable, "-c", CHOOSE], env=env, cwd=ROOT, stdin=theirs, stdout=theirs) as chooser:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1024)
        os.write(ours, key)
        while b"of those" not in said:
            said += os.read(ours, 1024)
        chooser.wait(20)
    os.close(ours)
    return said.decode()


def test_without_a_terminal_nobody_is_asked(env: dict[str, str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", CHOOSE], env=env, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert said.stdout == "chose demo of those\n"


def test_one_key_declines_and_it_is_not_asked_again(env: dict[str, str]) -> None:
    assert "chose demo" in at_a_terminal(env, b"n")
    assert (Path(env["MILLRACE_HOME"]) / "models" / ".declined").exists()


def test_one_key_fetches(env: dict[str, str]) -> None:
    assert "chose tiny" in at_a_terminal(env, b"y")
    home = Path(env["MILLRACE_HOME"])
    assert (home / "models" / "Tiny.gguf").read_bytes() == CONTENT
    assert 'name = "tiny"' in (home / "models.toml").read_text()
