"""Downloading: whole, by range, or not at all where the client has it."""

from typing import Any

import pytest

from tests.integration.files.conftest import sha256
from tests.integration.files.forms import uploaded
from tests.people import register
from tests.platform import Platform

TEXT = b"".join(b"line %d\n" % number for number in range(30_000))

#: Makes 450 files of a tenant, of which only their rows are there.
MANY = """
import sys
from millrace import crypto, db, ids
from millrace.crypto.fields import FILENAME
columns = "id, tenant, state, key, blob, purpose, sha256, filename"
for name in range(450):
    row = (id := ids.new(), sys.argv[1], crypto.seal(str(name), FILENAME.of(id)))
    db.call(f"INSERT INTO files ({columns}) VALUES (%s, %s, 'ready', '', '', 'batch', '', %s)", row)
"""


@pytest.fixture(scope="module")
def file(platform: Platform) -> dict[str, Any]:
    return uploaded(platform, TEXT, "Ünïcode.jsonl")


def get(
    platform: Platform, file: dict[str, Any], method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return platform.request(method, f"/v1/files/{file['id']}/content", None, named)


def test_it_comes_as_it_went_with_what_a_client_wants_to_know(platform: Platform, file: dict[str, Any]) -> None:
    status, headers, body = get(platform, file)
    assert status == 200 and body == TEXT
    assert headers["content-length"] == str(len(TEXT)) and headers["etag"] == f'"{sha256(TEXT)}"'
    assert headers["content-type"] == "application/octet-stream" and headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == (
        "attachment; filename=\"_n_code.jsonl\"; filename*=UTF-8''%C3%9Cn%C3%AFcode.jsonl"
    )
    assert headers["accept-ranges"] == "bytes"


def test_head_tells_the_same_without_the_bytes(platform: Platform, file: dict[str, Any]) -> None:
    whole, told = get(platform, file), get(platform, file, "HEAD")
    assert told[0] == 200 and told[2] == b""
    assert {**told[1], "date": ""} == {**whole[1], "date": ""}


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("0-0", 0, 1), ("5-9", 5, 10), ("65530-65545", 65_530, 65_546), ("200000-", 200_000, None), ("-7", -7, None),
     ("100-99999999", 100, None), ("0-", 0, None)],
)  # fmt: skip
def test_a_range_is_that_range(platform: Platform, file: dict[str, Any], asked: str, start: int, end: int) -> None:
    status, headers, body = get(platform, file, Range=f"bytes={asked}")
    assert status == 206 and body == TEXT[start:end]
    first = start % len(TEXT)
    assert headers["content-range"] == f"bytes {first}-{first + len(body) - 1}/{len(TEXT)}"
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=0-1", "bytes=x", "bytes=5-2", "bytes"])
def test_what_is_no_single_range_gets_the_whole(platform: Platform, file: dict[str, Any], asked: str) -> None:
    status, _, body = get(platform, file, Range=asked)
    assert status == 200 and body == TEXT


def test_a_range_behind_the_end_is_refused(platform: Platform, file: dict[str, Any]) -> None:
    status, headers, body = get(platform, file, Range=f"bytes={len(TEXT)}-")
    assert status == 416 and body["error"]["code"] == "range_not_satisfiable"
    assert headers["content-range"] == f"bytes */{len(TEXT)}"


def test_who_has_it_gets_nothing_and_who_has_another_gets_all(platform: Platform, file: dict[str, Any]) -> None:
    tag = get(platform, file)[1]["etag"]
    status, headers, body = get(platform, file, If_None_Match=tag)
    assert status == 304 and body == b"" and headers["etag"] == tag
    assert get(platform, file, If_None_Match='"another"')[2] == TEXT
    assert get(platform, file, If_Range=tag, Range="bytes=0-3")[0] == 206
    assert get(platform, file, If_Range='"another"', Range="bytes=0-3")[2] == TEXT


def test_a_blob_that_is_gone_is_an_error_of_ours_and_not_a_short_file(platform: Platform) -> None:
    made = uploaded(platform, b"x" * 100)
    [(key,)] = platform.sql("SELECT blob FROM files WHERE id = %s", made["id"].removeprefix("file_"))
    (platform.home / "blobs" / key).unlink()
    status, _, body = get(platform, made)
    assert status == 500 and body["error"]["code"] == "blob_missing"


def test_a_long_list_is_whole_whatever_it_is_read_in(platform: Platform) -> None:
    person = register(platform)
    assert person.get("/v1/files") == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }
    platform.run("-c", MANY, person.tenant.removeprefix("ten_"))
    listed = person.get("/v1/files")
    shown = [file["id"] for file in listed["data"]]
    assert shown == sorted(shown, reverse=True)
    assert {file["filename"] for file in listed["data"]} == {str(name) for name in range(450)}
    assert not listed["has_more"] and listed["last_id"] == listed["data"][-1]["id"]
    for limit in (200, 201, 400, 449):
        some = person.get(f"/v1/files?limit={limit}")
        assert some["data"] == listed["data"][:limit] and some["has_more"]
        assert (some["first_id"], some["last_id"]) == (listed["first_id"], listed["data"][limit - 1]["id"])
