"""Under either server, with an S3 for a store: what is too slow, too large or revoked ends; everything else works."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from tests.fakes import s3_server
from tests.fakes.s3_server import S3Server
from tests.integration.files.forms import FORM, PURPOSE, form, part
from tests.machine import free_port, wait_for
from tests.people import register
from tests.platform import Platform

MB = 1_000_000

#: An API process that loses patience sooner, since a test should not take minutes.
API = """
import os
if os.environ["ASYNC_MODE"] == "eventlet":
    import eventlet
    eventlet.monkey_patch(os=False)
from api import long_body
long_body.EVERY = 1.0
from api.server import main
main()
"""


class Api:
    """Another API process on the shared platform, with a store and limits of its own."""

    def __init__(self, platform: Platform, mode: str, s3: S3Server) -> None:
        self.platform, self.port, self.s3 = platform, free_port(), s3
        own = {
            "ASYNC_MODE": mode,
            "PORT": str(self.port),
            "MAX_FILE_BYTES": str(8 * MB),
            "MAX_STORED_BYTES": str(20 * MB),
        }
        self.process = platform.spawn("-W", "ignore", "-c", API, env=platform.env() | s3.env | own)
        platform.ports[mode] = self.port

    def connected(self, key: str, *more: str, length: int | None = None) -> socket.socket:
        lines = ["POST /v1/files HTTP/1.1", "Host: x", f"Authorization: Bearer {key}", *more]
        lines += [f"{name}: {value}" for name, value in FORM.items()]
        lines += [f"Content-Length: {length}"] if length is not None else []
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.sendall("\r\n".join([*lines, "", ""]).encode())
        return made

    def post(self, key: str, body: bytes, timeout: float = 30) -> tuple[int, Any]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            connection.request("POST", "/v1/files", body, {"Authorization": f"Bearer {key}"} | FORM)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def get(self, key: str, path: str, **headers: str) -> tuple[int, bytes]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()


@pytest.fixture(scope="module", params=["eventlet", "threading"])
def api(request: pytest.FixtureRequest, platform: Platform, s3: S3Server) -> Iterator[Api]:
    made = Api(platform, request.param, s3)
    try:
        wait_for(lambda: platform.alive(request.param), 30, request.param)
        yield made
    finally:
        made.process.terminate()
        try:
            made.process.wait(15)
        except subprocess.TimeoutExpired:
            made.process.kill()


@pytest.fixture
def key(platform: Platform) -> str:
    """Of a tenant of its own, which stores nothing yet."""
    return register(platform).key()[1]["Authorization"].removeprefix("Bearer ")


def answer(connection: socket.socket) -> tuple[int, Any]:
    response = HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def test_a_file_goes_to_the_s3_and_comes_back_whole_or_by_range(api: Api, key: str) -> None:
    text = os.urandom(6 * MB)
    status, made = api.post(key, form(PURPOSE, ("file", "x", text)))
    assert status == 200, made
    [name] = [each for each in api.s3.names() if each.endswith(made["id"][-2:] + "/" + _uuid(made["id"]))]
    assert name.startswith("some/prefix/files/") and api.s3.begun() == []
    path = f"/v1/files/{made['id']}/content"
    assert api.get(key, path) == (200, text)
    assert api.get(key, path, Range="bytes=5500000-5500009") == (206, text[5_500_000:5_500_010])


def _uuid(id: str) -> str:
    raw = id.removeprefix("file_")
    return "-".join((raw[:8], raw[8:12], raw[12:16], raw[16:20], raw[20:]))


def test_a_file_that_is_too_large_is_refused_when_it_is(api: Api, key: str) -> None:
    too_large = form(PURPOSE, ("file", "x", bytes(9 * MB)))
    # The answer comes to clients that send it all before they listen, too.
    status, said = api.post(key, too_large)
    assert status == 413 and said["error"]["code"] == "file_too_large"
    with api.connected(key, "Transfer-Encoding: chunked") as connection:
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(too_large), too_large))
        status, said = answer(connection)
    assert status == 413 and said["error"]["code"] == "file_too_large" and "8000000 bytes" in said["error"]["message"]
    assert json.loads(api.get(key, "/v1/files")[1])["data"] == [] and api.s3.begun() == []


def test_a_tenant_whose_store_is_full_is_told_so_before_it_sends(api: Api, key: str) -> None:
    file = form(PURPOSE, ("file", "x", bytes(7 * MB)))
    assert [api.post(key, file)[0] for _ in range(2)] == [200, 200]
    with api.connected(key, length=len(file)) as connection:
        connection.sendall(file[:200_000])
        status, said = answer(connection)
    assert status == 413 and said["error"]["code"] == "storage_full"


def test_a_client_that_sends_next_to_nothing_is_hung_up_on(api: Api, key: str) -> None:
    with api.connected(key, length=MB) as connection:
        connection.sendall(part(*PURPOSE) + part("file", "x", bytes(100_000)))
        status, said = answer(connection)
    assert status == 408 and said["error"]["code"] == "body_too_slow"


def test_an_upload_ends_when_its_key_is_revoked(api: Api, key: str, platform: Platform) -> None:
    with api.connected(key, length=7 * MB) as connection:
        connection.sendall(part(*PURPOSE) + part("file", "x", bytes(100_000)))
        wait_for(lambda: platform.sql("SELECT 1 FROM files WHERE state = 'uploading'"), 10, "the upload")
        platform.sql(
            "UPDATE api_keys SET revoked_at = now() WHERE id = (SELECT api_key FROM files WHERE state = 'uploading')"
        )

        def over() -> bool:
            connection.sendall(bytes(70_000))
            return not platform.sql("SELECT 1 FROM files WHERE state = 'uploading'")

        wait_for(over, 10, "its end")
        status, said = answer(connection)
    assert status == 401 and "revoked" in said["error"]["message"]


def test_a_store_that_is_away_is_a_503_and_no_file(api: Api, key: str) -> None:
    status, made = api.post(key, form(PURPOSE, ("file", "x", b"before")))
    assert status == 200
    kept = {name: api.s3.client.get_object(Bucket=s3_server.BUCKET, Key=name)["Body"].read() for name in api.s3.names()}
    for name in kept:
        api.s3.client.delete_object(Bucket=s3_server.BUCKET, Key=name)
    api.s3.client.delete_bucket(Bucket=s3_server.BUCKET)
    try:
        status, said = api.post(key, form(PURPOSE, ("file", "x", b"meanwhile")))
        assert status == 503 and said["error"]["code"] == "blobs_unavailable"
        assert api.get(key, f"/v1/files/{made['id']}/content")[0] == 503
    finally:
        api.s3.client.create_bucket(Bucket=s3_server.BUCKET)
    for name, content in kept.items():
        api.s3.client.put_object(Bucket=s3_server.BUCKET, Key=name, Body=content)
    assert [file["id"] for file in json.loads(api.get(key, "/v1/files")[1])["data"]] == [made["id"]]
    assert api.get(key, f"/v1/files/{made['id']}/content") == (200, b"before")
