"""A file is there as a whole or not at all, whatever happens on its way; and what is over goes."""

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from millrace import files, ids
from millrace.crypto import resealing, rotation
from millrace.crypto.framing import CLEAR
from millrace.errors import (
    BlobMissing,
    BlobsUnavailable,
    FileTooLarge,
    NotFound,
    RateLimited,
    StorageFull,
    Unreadable,
    UploadLost,
)
from millrace.files import By, File, sweep, upload
from millrace.files.limits import Limits
from tests.integration.files.conftest import sha256
from tests.platform import Platform

BY = By(ids.new(), None)

TEXT = b"a wheel turns slowly, " * 10_000


def stored(tenant: str, content: bytes = TEXT, purpose: str = "batch", **given: timedelta) -> File:
    pieces = (content[at : at + 50_000] for at in range(0, len(content), 50_000))
    return files.store(tenant, purpose, "in.jsonl", pieces, expires_after=given.get("expires_after"), by=BY)


def content(file: File) -> bytes:
    return b"".join(files.read(file))


def blob(here: Platform, file: File) -> Path:
    return here.home / "blobs" / file.blob


def states(here: Platform, tenant: str) -> list[str]:
    return [row[0] for row in here.sql("SELECT state FROM files WHERE tenant = %s", tenant)]


def let_an_hour_pass(here: Platform, tenant: str) -> None:
    here.sql(
        "UPDATE files SET deleted_at = deleted_at - interval '61 min', sweep_at = sweep_at - interval '61 min' "
        "WHERE tenant = %s", tenant,
    )  # fmt: skip


def test_what_was_stored_is_found_and_read(here: Platform, tenant: str) -> None:
    made = stored(tenant)
    found = files.find(tenant, made.id)
    assert found == made and content(found) == TEXT
    assert (found.bytes, found.sha256, found.filename, found.purpose) == (len(TEXT), sha256(TEXT), "in.jsonl", "batch")
    assert here.sql("SELECT api_key::text, user_id FROM files WHERE id = %s", made.id) == [(BY.key, None)]


@pytest.mark.parametrize("span", [(0, 1), (5, 5), (CLEAR - 1, CLEAR + 1), (199_990, None), (3, 2 * CLEAR + 9)])
def test_any_range_is_read(here: Platform, tenant: str, span: tuple[int, int | None]) -> None:
    assert b"".join(files.read(stored(tenant), *span)) == TEXT[slice(*span)]


def test_an_empty_file_is_a_file(here: Platform, tenant: str) -> None:
    made = files.store(tenant, "batch_output", "out.jsonl", [], expires_after=None, by=By())
    assert made.bytes == 0 and content(made) == b"" and made.sha256 == sha256(b"")


def test_another_tenants_file_is_not_there(here: Platform, tenant: str) -> None:
    made = stored(tenant)
    other = ids.new()
    for look in (files.find, files.delete):
        for id in (made.id, ids.new(), None):
            with pytest.raises(NotFound):
                look(other, id)
    assert files.page(other, purpose=None, after=None, limit=10) == []


def test_a_batchs_file_lives_thirty_days_and_others_until_they_are_deleted(here: Platform, tenant: str) -> None:
    def life(file: File) -> timedelta | None:
        return file.expires_at and file.expires_at - file.created_at

    assert life(stored(tenant)) == timedelta(days=30)
    assert life(stored(tenant, purpose="user_data")) is life(stored(tenant, purpose="batch_output")) is None
    assert life(stored(tenant, expires_after=timedelta(hours=1))) == timedelta(hours=1)


# --- On its way


def test_nobody_sees_an_upload_before_it_is_ready(here: Platform, tenant: str) -> None:
    seen = []

    def pieces() -> Iterator[bytes]:
        yield b"x"
        [(id,)] = here.sql("SELECT id::text FROM files WHERE tenant = %s AND state = 'uploading'", tenant)
        with pytest.raises(NotFound):
            files.find(tenant, id)
        with pytest.raises(NotFound):
            files.delete(tenant, id)
        seen.extend(files.page(tenant, purpose=None, after=None, limit=10))
        yield b"y"

    assert content(files.store(tenant, "batch", "x", pieces(), expires_after=None, by=BY)) == b"xy"
    assert seen == []


def test_an_upload_that_breaks_off_leaves_nothing(here: Platform, tenant: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield TEXT
        raise ConnectionError

    with pytest.raises(ConnectionError):
        files.store(tenant, "batch", "x", pieces(), expires_after=None, by=BY)
    assert states(here, tenant) == ["deleted"]
    sweep.sweep()
    let_an_hour_pass(here, tenant)
    sweep.sweep()
    assert states(here, tenant) == []


def test_an_upload_whose_process_died_is_swept_with_what_it_wrote(here: Platform, tenant: str) -> None:
    dying = upload.Upload(tenant, BY)
    dying.begin()
    dying.write([TEXT])
    path = here.home / "blobs" / dying._blob
    sweep.sweep()
    assert path.exists(), "its lease is not over"
    here.sql("UPDATE files SET sweep_at = now() WHERE id = %s", dying.id)
    sweep.sweep()
    assert not path.exists() and states(here, tenant) == ["deleted"]
    with pytest.raises(UploadLost):
        dying.finish("batch", "x", None)


def test_an_upload_that_slept_through_the_sweep_leaves_no_blob(here: Platform, tenant: str) -> None:
    """It wakes when its row is deleted and its blob, which was not there yet, too; and dies having put one there."""
    late = upload.Upload(tenant, BY)
    late.begin()
    here.sql("UPDATE files SET sweep_at = now() WHERE id = %s", late.id)
    sweep.sweep()
    late.write([TEXT])
    path = here.home / "blobs" / late._blob
    assert path.exists()
    let_an_hour_pass(here, tenant)
    sweep.sweep()
    assert not path.exists() and states(here, tenant) == []


def test_an_upload_that_was_taken_away_notices_and_stops(
    here: Platform, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "RENEWALS", -1)
    sent = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            sent.append(number)
            yield b"x"
            here.sql("UPDATE files SET sweep_at = now() WHERE tenant = %s", tenant)
            sweep.sweep()

    with pytest.raises(UploadLost):
        files.store(tenant, "batch", "x", pieces(), expires_after=None, by=BY)
    assert sent == [0, 1]


def test_a_lease_is_renewed_while_pieces_come(here: Platform, tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "RENEWALS", -1)
    leases = []

    def pieces() -> Iterator[bytes]:
        for _ in range(3):
            leases.extend(here.sql("SELECT sweep_at FROM files WHERE tenant = %s", tenant))
            yield b"x" * 10

    files.store(tenant, "user_data", "x", pieces(), expires_after=None, by=BY)
    assert leases[0] < leases[1] < leases[2]


# --- Limits


def limited(tenant: str, content: bytes, **limits: int) -> File:
    with upload.Upload(tenant, BY, Limits(**limits)) as under_way:
        under_way.begin()
        under_way.write([content])
        return under_way.finish("batch", "x", None)


def test_a_file_that_is_too_large_ends_as_soon_as_it_is(here: Platform, tenant: str) -> None:
    assert limited(tenant, b"x" * 10, file=10).bytes == 10
    taken = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            yield b"x" * 6

    with pytest.raises(FileTooLarge, match="10 bytes"), upload.Upload(tenant, BY, Limits(file=10)) as under_way:
        under_way.begin()
        under_way.write(pieces())
    assert taken == [0, 1]
    with pytest.raises(FileTooLarge), upload.Upload(tenant, BY, Limits(file=10)) as under_way:
        under_way.begin(announced=11)
    assert sorted(states(here, tenant)) == ["deleted", "ready"]


def test_a_tenant_stores_no_more_than_it_may(here: Platform, tenant: str) -> None:
    limited(tenant, b"x" * 60, stored=100)
    with pytest.raises(StorageFull, match="100 bytes"), upload.Upload(tenant, BY, Limits(stored=100)) as under_way:
        under_way.begin(announced=41)
    with pytest.raises(StorageFull):
        limited(tenant, b"x" * 41, stored=100)
    kept = limited(tenant, b"x" * 40, stored=100)
    # What a batch writes is taken, and counts; what is deleted does not.
    stored(tenant, b"x", purpose="batch_output")
    files.delete(tenant, kept.id)
    limited(tenant, b"x" * 39, stored=100)
    limited(ids.new(), b"x" * 100, stored=100)


def test_a_tenants_total_is_that_of_its_files(here: Platform, tenant: str) -> None:
    def total() -> list[tuple[int, int]]:
        return here.sql("SELECT bytes, files FROM file_totals WHERE tenant = %s", tenant)  # type: ignore[return-value]

    first, second, third = (stored(tenant, b"x" * size) for size in (10, 20, 30))
    assert total() == [(60, 3)]
    files.delete(tenant, first.id)
    files.delete(tenant, first.id)
    assert total() == [(50, 2)]
    here.sql("UPDATE files SET sweep_at = now() WHERE id = ANY (%s::uuid[])", [second.id, third.id])
    sweep.sweep()
    let_an_hour_pass(here, tenant)
    sweep.sweep()
    assert total() == [(0, 0)] and states(here, tenant) == []


def test_of_uploads_that_end_at_once_only_those_fit_that_fit(here: Platform, tenant: str) -> None:
    outcomes: list[bool] = []

    def one() -> None:
        try:
            limited(tenant, b"x" * 30, stored=100)
            outcomes.append(True)
        except StorageFull:
            outcomes.append(False)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 5 + [True] * 3


def test_a_tenant_has_only_so_many_uploads_at_a_time(here: Platform, tenant: str) -> None:
    with upload.Upload(tenant, BY, Limits(uploads=1)) as first:
        first.begin()
        with pytest.raises(RateLimited), upload.Upload(tenant, BY, Limits(uploads=1)) as second:
            second.begin()
        # One that is not alive any more does not count.
        here.sql("UPDATE files SET sweep_at = now() WHERE id = %s", first.id)
        with upload.Upload(tenant, BY, Limits(uploads=1)) as third:
            third.begin()


# --- Over


def test_a_deleted_file_is_gone_at_once_and_its_blob_with_the_next_sweep(here: Platform, tenant: str) -> None:
    made = stored(tenant)
    files.delete(tenant, made.id)
    files.delete(tenant, made.id)
    with pytest.raises(NotFound):
        files.find(tenant, made.id)
    assert files.page(tenant, purpose=None, after=None, limit=10) == []
    assert here.sql("SELECT key FROM files WHERE id = %s", made.id) == [("",)], "the blob could still be read"
    assert blob(here, made).exists()
    sweep.sweep()
    assert not blob(here, made).exists()
    let_an_hour_pass(here, tenant)
    sweep.sweep()
    with pytest.raises(NotFound):
        files.delete(tenant, made.id)


def test_a_file_that_expired_is_gone_before_it_is_swept(here: Platform, tenant: str) -> None:
    made = stored(tenant, expires_after=timedelta(hours=1))
    here.sql("UPDATE files SET expires_at = now(), sweep_at = now() WHERE id = %s", made.id)
    with pytest.raises(NotFound):
        files.find(tenant, made.id)
    assert files.page(tenant, purpose=None, after=None, limit=10) == []
    sweep.sweep()
    assert not blob(here, made).exists()


def test_a_blob_that_cannot_be_deleted_is_tried_again(
    here: Platform, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stored(tenant)
    files.delete(tenant, made.id)

    def away(key: str) -> None:
        raise BlobsUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(sweep.blobs.store(), "delete", away)
        sweep.sweep()
    assert blob(here, made).exists()
    here.sql("UPDATE files SET sweep_at = now() WHERE id = %s", made.id)
    sweep.sweep()
    assert not blob(here, made).exists()


# --- At rest


def test_nothing_of_a_file_lies_in_clear(here: Platform, tenant: str) -> None:
    made = stored(tenant, b"quetzalwhisperbrook" * 20_000)
    raw = blob(here, made).read_bytes()
    assert b"quetzal" not in raw and len(raw) > 380_000
    [(row,)] = here.sql("SELECT f::text FROM files f WHERE id = %s", made.id)
    assert "in.jsonl" not in row and made.sha256 not in row and base64.b64encode(b"in.jsonl").decode()[:8] not in row


def test_a_rotation_of_keys_rewrites_no_blob(here: Platform, tenant: str) -> None:
    made = stored(tenant)
    raw, (old,) = blob(here, made).read_bytes(), here.sql("SELECT key FROM files WHERE id = %s", made.id)
    rotation.rotate_data_key()
    rotation.rotate_master_key()
    rotation.finish()
    here.sql("SELECT 1")
    from millrace.crypto import data_keys

    data_keys._current = None
    data_keys._known.clear()
    assert content(files.find(tenant, made.id)) == TEXT
    list(resealing.reseal())
    assert here.sql("SELECT key FROM files WHERE id = %s", made.id) != [old], "its key is not under the newest data key"
    assert content(files.find(tenant, made.id)) == TEXT and blob(here, made).read_bytes() == raw


def test_a_blob_that_was_changed_exchanged_or_lost_is_not_read(here: Platform, tenant: str) -> None:
    first, second = stored(tenant), stored(tenant, TEXT[::-1])
    raw = blob(here, first).read_bytes()
    blob(here, first).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(Unreadable):
        content(first)
    blob(here, first).write_bytes(blob(here, second).read_bytes())
    with pytest.raises(Unreadable):
        content(first)
    blob(here, first).write_bytes(raw[: 8 + CLEAR + 16])
    with pytest.raises(Unreadable):
        content(first)
    blob(here, first).unlink()
    with pytest.raises(BlobMissing):
        content(first)


# --- Lists


def test_a_list_is_walked_page_by_page_in_either_order(here: Platform, tenant: str) -> None:
    made = [stored(tenant, b"x", purpose).id for purpose in ("batch", "user_data", "batch", "batch_output", "batch")]
    for newest_first in (True, False):
        walked: list[str] = []
        while found := files.page(tenant, purpose=None, after=walked[-1] if walked else None, limit=2,
                                  newest_first=newest_first):  # fmt: skip
            walked += [file.id for file in found]
        assert walked == (made[::-1] if newest_first else made)
    batches = files.page(tenant, purpose="batch", after=made[4], limit=10)
    assert [file.id for file in batches] == [made[2], made[0]]
