"""What every store of blobs does: a directory, and an S3 over a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.blobs import Blobs, chosen
from millrace.blobs.blobs import PIECE
from millrace.blobs.directory import Directory
from millrace.blobs.s3 import PART, S3
from millrace.errors import BlobMissing, BlobsUnavailable
from millrace.settings import settings
from tests.fakes import s3_server
from tests.fakes.s3_server import S3Server
from tests.machine import free_port

KEY = "files/ab/0192-ab"


def set_env(patch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    for name, value in env.items():
        patch.setenv(name, value)
    settings.cache_clear()
    chosen.store.cache_clear()


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blobs]:
    """As the settings choose it."""
    env = request.getfixturevalue("s3").env if request.param == "s3" else {"BLOBS_URL": ""}
    set_env(monkeypatch, env | {"MILLRACE_HOME": str(tmp_path)})
    made = chosen.store()
    assert isinstance(made, S3 if request.param == "s3" else Directory)
    yield made
    made.delete(KEY)
    settings.cache_clear()
    chosen.store.cache_clear()


def whole(store: Blobs, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(store.read(KEY, start, end))


@pytest.mark.parametrize("size", [0, 1, PIECE + 1, PART, PART + 1, 2 * PART + 7])
def test_what_was_put_is_read(store: Blobs, size: int) -> None:
    text = bytes(range(251)) * (size // 251 + 1)
    pieces = (text[at : min(at + 300_007, size)] for at in range(0, size, 300_007))
    assert store.put(KEY, pieces) == store.size(KEY) == size
    if size:
        assert whole(store) == text[:size]
        assert all(len(piece) <= PIECE for piece in store.read(KEY))


def test_any_range_is_read(store: Blobs) -> None:
    store.put(KEY, [b"0123456789"])
    assert [whole(store, *span) for span in ((3, 5), (3, None), (0, 1), (9, 10), (8, 99))] == [
        b"34", b"3456789", b"0", b"9", b"89",
    ]  # fmt: skip


def test_another_put_takes_the_place(store: Blobs) -> None:
    store.put(KEY, [b"first, and longer"])
    store.put(KEY, [b"second"])
    assert whole(store) == b"second"


@pytest.mark.parametrize("size", [10, PART + 10])
def test_a_put_that_breaks_off_leaves_what_was_there(store: Blobs, size: int) -> None:
    def breaks() -> Iterator[bytes]:
        yield bytes(size)
        raise RuntimeError("the client hung up")

    with pytest.raises(RuntimeError):
        store.put(KEY, breaks())
    with pytest.raises(BlobMissing):
        store.size(KEY)
    store.put(KEY, [b"before"])
    with pytest.raises(RuntimeError):
        store.put(KEY, breaks())
    assert whole(store) == b"before"


def test_what_is_deleted_is_missing_and_may_be_deleted_again(store: Blobs) -> None:
    store.put(KEY, [b"x"])
    store.delete(KEY)
    store.delete(KEY)
    for look in (lambda: store.size(KEY), lambda: next(store.read(KEY))):
        with pytest.raises(BlobMissing):
            look()


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", "a/../b", "A", "a\n", ""])
def test_no_key_leaves_its_place(store: Blobs, key: str) -> None:
    with pytest.raises(ValueError):
        store.put(key, [b"x"])


def test_a_directory_keeps_no_half_of_a_put(store: Blobs, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        store.put(KEY, (bytes(1 // n) for n in (1, 0)))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_delete_takes_what_a_killed_process_left_in_a_directory(tmp_path: Path) -> None:
    store = Directory(tmp_path)
    store.put(KEY, [b"x"])
    half = (tmp_path / KEY).with_name("0192-ab.1234.half")
    half.write_bytes(b"half")
    store.delete(KEY)
    assert not half.exists()


def test_a_directory_is_the_owners_alone(tmp_path: Path) -> None:
    Directory(tmp_path / "blobs").put(KEY, [b"x"])
    made = [tmp_path / "blobs", *(tmp_path / "blobs").rglob("*")]
    assert len(made) == 4 and not [path for path in made if path.stat().st_mode & 0o077]


def test_an_s3_is_left_no_begun_upload(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, s3.env)
    store = chosen.store()
    with pytest.raises(ZeroDivisionError):
        store.put(KEY, (bytes(PART + 1 // n) for n in (1, 0)))
    assert s3.begun() == []
    # A killed process aborts nothing: deleting does.
    s3.client.create_multipart_upload(Bucket=s3_server.BUCKET, Key=f"some/prefix/{KEY}")
    assert s3.begun() == [f"some/prefix/{KEY}"]
    store.delete(KEY)
    assert s3.begun() == s3.names() == []


def test_a_store_that_is_not_there_says_so(s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("millrace.blobs.s3.TRIES", 1)
    for env in ({"S3_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}, {"BLOBS_URL": "s3://nobodys"}):
        set_env(monkeypatch, s3.env | env)
        with pytest.raises(BlobsUnavailable):
            chosen.store().put(KEY, [b"x"])
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(BlobsUnavailable):
        Directory(file).put(KEY, [b"x"])
