"""Uploading over HTTP: whatever comes, in whatever pieces, it is a file, or a clear 4xx and no file."""

import socket
from http.client import HTTPResponse
from typing import Any

import psutil
import pytest

from tests.integration.files.forms import BOUNDARY, FORM, PURPOSE, form, part, upload, uploaded
from tests.machine import wait_for
from tests.platform import Platform

MB = 1_000_000

FILE = ("file", "in.jsonl", b"{}\n")


def mine(platform: Platform) -> set[str]:
    return {file["id"] for file in platform.request("GET", "/v1/files")[2]["data"]}


def states(platform: Platform) -> list[str]:
    return [row[0] for row in platform.sql("SELECT state FROM files ORDER BY id")]


def content(platform: Platform, file: dict[str, Any], process: str = "api") -> bytes:
    status, _, body = platform.request("GET", f"/v1/files/{file['id']}/content", process=process)
    assert status == 200
    return body  # type: ignore[no-any-return]


def refused(platform: Platform, body: bytes, headers: dict[str, str] | None = None, expected: int = 400) -> Any:
    """The error, in OpenAI's shape; and that there is no file more than before."""
    before = mine(platform)
    status, answer = upload(platform, body, headers)
    assert status == expected, answer
    assert set(answer["error"]) == {"message", "type", "param", "code"} and answer["error"]["message"]
    assert mine(platform) == before
    return answer["error"]


def test_fields_may_come_before_the_file_or_after_it(platform: Platform) -> None:
    life = (("expires_after[anchor]", None, b"created_at"), ("expires_after[seconds]", None, b"7200"))
    for parts in ((PURPOSE, *life, FILE), (FILE, PURPOSE, *life), (life[1], FILE, life[0], PURPOSE)):
        status, made = upload(platform, form(*parts))
        assert status == 200, made
        assert made["purpose"] == "user_data" and made["expires_at"] == made["created_at"] + 7200
        assert content(platform, made) == b"{}\n"


@pytest.mark.parametrize(
    "text",
    [
        b"\r\n", b"\n", b"\r", b"--", b"\r\n--", f"\r\n--{BOUNDARY[:-1]}".encode(), 
        b"\x00" * 10, b"\xff\xfe", b"a\r\n\r\nb\r\n",
    ],
    ids=repr,
)  # fmt: skip
def test_bytes_come_back_as_they_went(platform: Platform, text: bytes) -> None:
    assert content(platform, uploaded(platform, text)) == text


def test_a_file_of_many_chunks_comes_back_wherever_it_was_cut(platform: Platform) -> None:
    text = b"".join(b"%d\r\n" % number for number in range(400_000))
    made = uploaded(platform, text)
    assert made["bytes"] == len(text) and content(platform, made) == text


@pytest.mark.parametrize(
    ("parts", "param", "says"),
    [
        ((PURPOSE,), "file", "missing"),
        ((FILE,), "purpose", "required"),
        ((PURPOSE, ("file", None, b"{}")), "file", "filename"),
        ((PURPOSE, FILE, FILE), "file", "exactly one"),
        ((PURPOSE, FILE, ("other", "x", b"x")), "file", "exactly one"),
        ((PURPOSE, ("document", "x", b"x")), "file", "exactly one"),
        ((PURPOSE, ("file", "x", b"")), "file", "empty"),
        ((("purpose", None, b"batch_output"), FILE), "purpose", "batch"),
        ((FILE, ("purpose", None, b"fine-tune")), "purpose", "batch"),
        ((("purpose", None, b"\x00\xff"), FILE), "purpose", "batch"),
        ((PURPOSE, ("expires_after[seconds]", None, b"3600"), FILE), "expires_after.anchor", "required"),
        ((PURPOSE, ("expires_after[anchor]", None, b"created_at"), FILE), "expires_after.seconds", "required"),
        (
            (PURPOSE, ("expires_after[anchor]", None, b"now"), ("expires_after[seconds]", None, b"3600"), FILE),
            "expires_after.anchor", "created_at",
        ),
        (
            (PURPOSE, ("expires_after[anchor]", None, b"created_at"), ("expires_after[seconds]", None, b"x"), FILE),
            "expires_after.seconds", "integer",
        ),
        ((PURPOSE, ("file", "a\r\nSet-Cookie: b", b"x")), "file", "missing"),
        ((), "file", "missing"),
    ],
    ids=str,
)  # fmt: skip
def test_a_form_that_is_not_one_of_a_file_is_refused(platform: Platform, parts: Any, param: str, says: str) -> None:
    error = refused(platform, form(*parts))
    assert error["param"] == param and says in error["message"], error


GOOD = form(PURPOSE, FILE)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"{}", {}),
        (GOOD[:-3], {}),
        (GOOD[:-20], {}),
        (GOOD.replace(f"--{BOUNDARY}--".encode(), b""), {}),
        (GOOD, {"Content-Type": "multipart/form-data; boundary=another"}),
        (GOOD, {"Content-Type": "multipart/form-data"}),
        (GOOD, {"Content-Type": f"multipart/form-data; boundary={'b' * 1000}"}),
        (GOOD, {"Content-Type": "multipart/form-data; boundary=\xe9"}),
        (GOOD.replace(b"Content-Disposition", b"X-Something-Else"), {}),
        (GOOD.replace(b'name="file"', b'name="\xff\xfe"'), {}),
        (b"x" * MB + GOOD, {}),
        (GOOD + b"x" * MB, {}),
        (form(*[(f"f{n}", None, b"x") for n in range(1000)], PURPOSE, FILE), {}),
        (form(("purpose", None, b"b" * MB), FILE), {}),
        (part("file", "x" * MB, b"x"), {}),
        (GOOD.replace(b"\r\n\r\n{}", b"\r\nX: " + b"y" * MB + b"\r\n\r\n{}"), {}),
    ],
    ids=range(17),
)
def test_what_is_no_whole_form_is_refused(platform: Platform, body: bytes, headers: dict[str, str]) -> None:
    assert refused(platform, body, headers)["code"] == "invalid_form"


def test_what_is_no_form_at_all_is_refused(platform: Platform) -> None:
    for media in ("application/json", "application/octet-stream", "text/plain", ""):
        assert refused(platform, GOOD, {"Content-Type": media}, 415)["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\x\\\\in.jsonl", "in.jsonl"),
        ("a\x00b", "a_b"),
        ("Zürich 東京 \u202egpj.exe", "Zürich 東京 _gpj.exe"),
        ("x" * 10_000 + ".jsonl", "x" * 114 + ".jsonl"),
        ("", "file"),
    ],
    ids=range(6),
)
def test_hostile_names_become_harmless(platform: Platform, filename: str, kept: str) -> None:
    made = uploaded(platform, b"x", filename)
    assert made["filename"] == kept
    _, headers, _ = platform.request("GET", f"/v1/files/{made['id']}/content")
    assert headers["content-disposition"].startswith("attachment; filename") and "set-cookie" not in headers


# --- Connections


def connected(platform: Platform, *more: str, length: int | None = None) -> socket.socket:
    lines = ["POST /v1/files HTTP/1.1", "Host: x", f"Authorization: Bearer {platform.key}", *more]
    lines += [f"{name}: {value}" for name, value in FORM.items()]
    lines += [f"Content-Length: {length}"] if length is not None else []
    made = socket.create_connection(("127.0.0.1", platform.port), timeout=30)
    made.sendall("\r\n".join([*lines, "", ""]).encode())
    return made


def answer(connection: socket.socket) -> tuple[int, bytes]:
    response = HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


def uploads_under_way(platform: Platform) -> int:
    return int(platform.sql("SELECT count(*) FROM files WHERE state = 'uploading'")[0][0])


def test_who_hangs_up_in_the_middle_leaves_no_file(platform: Platform) -> None:
    before = mine(platform)
    with connected(platform, length=10 * MB) as connection:
        connection.sendall(part(*PURPOSE) + part("file", "x", b"x" * 2 * MB)[:-2])
        wait_for(lambda: uploads_under_way(platform) == 1, 10, "the upload to begin")
    wait_for(lambda: uploads_under_way(platform) == 0, 10, "the upload to end")
    assert mine(platform) == before


@pytest.mark.parametrize("size", [1, 7, 50_000])
def test_a_body_in_chunks_without_a_length_is_taken(platform: Platform, size: int) -> None:
    body = form(PURPOSE, ("file", "x", b"0123456789" * (20 if size < 50 else 20_000)))
    with connected(platform, "Transfer-Encoding: chunked") as connection:
        for at in range(0, len(body), size):
            piece = body[at : at + size]
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        status, said = answer(connection)
    assert status == 200, said


def test_chunks_that_break_off_are_no_file(platform: Platform) -> None:
    before = mine(platform)
    with connected(platform, "Transfer-Encoding: chunked") as connection:
        connection.sendall(b"%x\r\n%s\r\n5\r\nab" % (len(GOOD), GOOD))
        connection.shutdown(socket.SHUT_WR)
        assert answer(connection)[0] in (400, 499)
    assert mine(platform) == before


def test_a_file_that_is_announced_too_large_is_refused_before_it_comes(platform: Platform) -> None:
    with connected(platform, length=300 * MB) as connection:
        connection.sendall(part(*PURPOSE) + part("file", "x", b""))
        status, said = answer(connection)
    assert status == 413 and b"file_too_large" in said and b"209715200" in said


def test_who_waits_for_a_100_continue_is_told_at_once(platform: Platform) -> None:
    """As curl does, for whatever is larger than a megabyte."""
    with connected(platform, "Expect: 100-continue", length=len(GOOD)) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(GOOD)
        assert answer(connection)[0] == 200


def test_memory_stays_flat(platform: Platform) -> None:
    api = psutil.Process(platform.processes["api"].pid)
    uploaded(platform, b"x" * 3 * MB)
    body, before, most = form(PURPOSE, ("file", "x", b"0123456789abcdef\n" * (40 * MB // 17))), api.memory_info().rss, 0
    with connected(platform, length=len(body)) as connection:
        for at in range(0, len(body), MB):
            connection.sendall(body[at : at + MB])
            most = max(most, api.memory_info().rss)
        status, said = answer(connection)
    assert status == 200, said
    assert most - before < 15 * MB


# --- Who may, and how much


def test_a_key_needs_the_scope_for_it(platform: Platform) -> None:
    made = {}
    for scope in ("files:read", "files:write", "jobs:read"):
        status, _, answer = platform.request("POST", "/api/v1/keys", {"name": scope, "scopes": [scope]})
        assert status == 201, answer
        made[scope] = {"Authorization": f"Bearer {answer['api_key']}"}
    assert upload(platform, GOOD, made["files:write"])[0] == 200
    assert upload(platform, GOOD, made["files:read"])[0] == upload(platform, GOOD, made["jobs:read"])[0] == 403
    assert platform.request("GET", "/v1/files", headers=made["files:read"])[0] == 200
    assert platform.request("GET", "/v1/files", headers=made["files:write"])[0] == 403


def test_it_is_on_the_row_who_made_a_file(platform: Platform) -> None:
    id = uploaded(platform, b"a wheel" * 100_000)["id"].removeprefix("file_")
    assert platform.sql("SELECT api_key IS NOT NULL, bytes FROM files WHERE id = %s", id) == [(True, 700_000)]


def test_another_api_process_has_the_file_at_once(platform: Platform, second_api: str) -> None:
    made = uploaded(platform, b"here and there")
    assert content(platform, made, second_api) == b"here and there"


def test_beat_has_the_blobs_of_deleted_files_taken_away(platform: Platform) -> None:
    made = uploaded(platform, b"soon gone")
    [(key,)] = platform.sql("SELECT blob FROM files WHERE id = %s", made["id"].removeprefix("file_"))
    assert (platform.home / "blobs" / key).exists()
    assert platform.request("DELETE", f"/v1/files/{made['id']}")[0] == 200
    wait_for(lambda: not (platform.home / "blobs" / key).exists(), 30, "the sweep")
