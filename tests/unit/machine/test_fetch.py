"""Fetching a pinned file, against a real HTTP server that knows ranges and how to break off."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from millrace.machine.fetch import FetchError, Pinned, fetch, sample_model

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Files(BaseHTTPRequestHandler):
    """/whole serves ranges; /rangeless does not; /broken ends in the middle, once; /gone is not there."""

    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        start = self._start()
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        broken = self.path == "/broken" and not start
        # Before it is answered: the client may look as soon as it has read the last byte.
        self.server.asked.append(start)  # type: ignore[attr-defined]
        self.wfile.write(CONTENT[start : len(CONTENT) // 2 if broken else None])

    def _start(self) -> int:
        if self.path == "/rangeless":
            return 0
        return int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as made:
        made.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def pinned(server: ThreadingHTTPServer, path: str = "/whole", sha256: str = SHA256) -> Pinned:
    return Pinned("model", f"http://127.0.0.1:{server.server_port}{path}", sha256)


def test_a_whole_file(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetch(pinned(server), tmp_path / "m.gguf", lambda have, total: seen.append((have, total)))
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert list(tmp_path.iterdir()) == [tmp_path / "m.gguf"]


def test_a_broken_download_goes_on_where_it_broke(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    with pytest.raises(FetchError, match="broke"):
        fetch(pinned(server, "/broken"), target)
    assert not target.exists()
    fetch(pinned(server, "/broken"), target)
    assert target.read_bytes() == CONTENT
    assert server.asked == [0, len(CONTENT) // 2]  # type: ignore[attr-defined]


def test_a_server_without_ranges_sends_it_again(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(b"x" * 1000)
    fetch(pinned(server, "/rangeless"), tmp_path / "m.gguf")
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_a_download_that_was_complete_is_not_made_again(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(CONTENT)
    fetch(pinned(server), tmp_path / "m.gguf")
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_other_bytes_are_thrown_away(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="SHA-256"):
        fetch(pinned(server, sha256="0" * 64), tmp_path / "m.gguf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/gone"])
def test_a_refusal_is_told(server: ThreadingHTTPServer, tmp_path: Path, path: str) -> None:
    with pytest.raises(FetchError, match="404"):
        fetch(pinned(server, path), tmp_path / "m.gguf")


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        fetch(Pinned("model", "http://127.0.0.1:9/m", SHA256), tmp_path / "m.gguf")


def test_a_file_without_a_hash_is_not_fetched(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="SAMPLE_MODEL_SHA256"):
        fetch(pinned(server, sha256=""), tmp_path / "m.gguf")


def test_the_shipped_pin_is_whole() -> None:
    found = sample_model()
    assert found.url.startswith("https://")
    assert len(bytes.fromhex(found.sha256)) == 32
    assert found.bytes
