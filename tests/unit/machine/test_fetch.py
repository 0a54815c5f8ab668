"""Fetching a pinned file, against a real HTTP server that knows ranges and how to break off."""

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.machine.fetch import Busy, FetchError, Pinned, fetch, fetching, sample_model
from tests.fakes.file_server import CONTENT, SHA256, FileServer


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as made:
        yield made


def pinned(server: FileServer, path: str = "/whole", sha256: str = SHA256) -> Pinned:
    return Pinned("model", server.url + path, sha256)


def test_a_whole_file(server: FileServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetch(pinned(server), tmp_path / "m.gguf", lambda have, total: seen.append((have, total)))
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert {found.name for found in tmp_path.iterdir()} == {"m.gguf", "m.gguf.sha256"}


def test_its_hash_is_written_down_as_sha256sum_reads_it(server: FileServer, tmp_path: Path) -> None:
    fetch(pinned(server), tmp_path / "m.gguf")
    assert (tmp_path / "m.gguf.sha256").read_text() == f"{SHA256}  m.gguf\n"


def test_two_that_fetch_the_same_file_do_not_spoil_it(server: FileServer, tmp_path: Path) -> None:
    first = fetching(pinned(server), tmp_path / "m.gguf")
    next(first)
    with pytest.raises(FetchError, match="another process"):
        fetch(pinned(server), tmp_path / "m.gguf")
    assert list(first)[-1] == (len(CONTENT), len(CONTENT))
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_who_comes_just_as_it_is_done_leaves_the_file_alone(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds what was the half when it opened it, and is the model by the time that it has the lock."""
    first, flock = fetching(pinned(server, "/rangeless"), tmp_path / "m.gguf"), fcntl.flock
    next(first)

    def late(*given: Any) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        assert list(first)
        flock(*given)

    monkeypatch.setattr(fcntl, "flock", late)
    second = fetching(pinned(server, "/rangeless"), tmp_path / "m.gguf")
    with pytest.raises(Busy):
        next(second)
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_a_broken_download_goes_on_where_it_broke(server: FileServer, tmp_path: Path) -> None:
    target = tmp_path / "m.gguf"
    with pytest.raises(FetchError, match="broke"):
        fetch(pinned(server, "/broken"), target)
    assert not target.exists()
    fetch(pinned(server, "/broken"), target)
    assert target.read_bytes() == CONTENT
    assert server.asked == [0, len(CONTENT) // 2]


def test_a_server_without_ranges_sends_it_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(b"x" * 1000)
    fetch(pinned(server, "/rangeless"), tmp_path / "m.gguf")
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_a_download_that_was_complete_is_not_made_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(CONTENT)
    fetch(pinned(server), tmp_path / "m.gguf")
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_other_bytes_are_thrown_away(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="SHA-256"):
        fetch(pinned(server, sha256="0" * 64), tmp_path / "m.gguf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/gone"])
def test_a_refusal_is_told(server: FileServer, tmp_path: Path, path: str) -> None:
    with pytest.raises(FetchError, match="404"):
        fetch(pinned(server, path), tmp_path / "m.gguf")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_this_machine_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="http"):
        fetch(Pinned("model", "file:///etc/passwd", SHA256), tmp_path / "m.gguf")


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        fetch(Pinned("model", "http://127.0.0.1:9/m", SHA256), tmp_path / "m.gguf")


def test_a_file_without_a_hash_is_not_fetched(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="SAMPLE_MODEL_SHA256"):
        fetch(pinned(server, sha256=""), tmp_path / "m.gguf")


def test_the_shipped_pin_is_whole() -> None:
    found = sample_model()
    assert found.url.startswith("https://")
    assert len(bytes.fromhex(found.sha256)) == 32
    assert found.bytes
