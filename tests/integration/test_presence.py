"""A revocation reaches what is open already: streams and sockets end, on every process."""

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
import socketio

from tests.machine import wait_for
from tests.platform import Platform

#: Seconds in which a revocation takes effect, and as many again for a busy machine.
SOON = 2.0

ENDLESS = {"tokens": 100_000, "rate": 20}


@pytest.fixture
def guest(platform: Platform) -> Iterator[str]:
    """A key of the admin's tenant that may be revoked."""
    status, _, made = platform.request("POST", "/api/v1/keys", {"name": "guest"})
    assert status == 201, made
    yield made["api_key"]


def revoke(platform: Platform, key: str) -> None:
    data = platform.request("GET", "/api/v1/keys?limit=100")[2]["data"]
    id = next(each["id"] for each in data if each["hint"][-4:] == key[-4:] and not each["revoked_at"])
    assert platform.request("DELETE", f"/api/v1/keys/{id}")[0] in (200, 204)


def test_a_stream_ends_when_its_key_is_revoked_on_another_process(
    platform: Platform, second_api: str, guest: str
) -> None:
    job = platform.submit(demo=ENDLESS)
    connection = HTTPConnection("127.0.0.1", platform.ports[second_api], timeout=20)
    headers = {"Authorization": f"Bearer {guest}", "Accept": "text/event-stream"}
    connection.request("GET", f"/api/v1/jobs/{job['id']}/events", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200 and answer.readline()
    ended = threading.Event()

    def read() -> None:
        while answer.readline():
            pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    revoke(platform, guest)
    begun = time.monotonic()
    assert ended.wait(SOON), "the stream went on"
    assert time.monotonic() - begun < SOON
    assert platform.job(job["id"])["status"] == "running"
    platform.request("POST", f"/api/v1/jobs/{job['id']}/cancel")
    connection.close()


def test_a_socket_is_closed_when_its_key_is_revoked(platform: Platform, second_api: str, guest: str) -> None:
    client = socketio.Client(reconnection=False)
    seen: list[Any] = []
    client.on("event", seen.append)
    client.connect(f"http://127.0.0.1:{platform.ports[second_api]}", auth={"token": guest})
    job = platform.submit(demo=ENDLESS)
    assert client.call("subscribe", {"job": job["id"]}) == {"ok": True}
    wait_for(lambda: len(seen) > 3, 10, "events")
    revoke(platform, guest)
    wait_for(lambda: not client.connected, SOON, "the end of the socket")
    platform.request("POST", f"/api/v1/jobs/{job['id']}/cancel")


def test_a_socket_may_do_what_its_key_may_and_no_more(platform: Platform) -> None:
    made = platform.request("POST", "/api/v1/keys", {"name": "reader", "scopes": ["jobs:read"]})[2]
    client = socketio.Client(reconnection=False)
    client.connect(f"http://127.0.0.1:{platform.port}", auth={"token": made["api_key"]})
    job = platform.submit(demo=ENDLESS)
    assert client.call("subscribe", {"job": job["id"]}) == {"ok": True}
    assert client.call("cancel", {"job": job["id"]})["error"]["code"] == "forbidden"
    client.disconnect()
    platform.request("POST", f"/api/v1/jobs/{job['id']}/cancel")
    revoke(platform, made["api_key"])
