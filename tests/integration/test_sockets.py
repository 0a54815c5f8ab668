"""Socket.IO: the same events over a websocket, for clients that come back."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import redis
import socketio
import websocket

from tests.machine import wait_for
from tests.platform import Platform, text_of
from tests.sockets import Client, connected


@pytest.fixture
def client(platform: Platform) -> Iterator[Client]:
    with connected(platform) as made:
        yield made


def test_a_subscriber_hears_what_every_other_reader_does(platform: Platform, client: Client) -> None:
    job = platform.submit(demo={"tokens": 40, "rate": 60})["id"]
    assert client.call("subscribe", job=job) == {"ok": True}
    client.hears(job, "succeeded")
    assert client.of(job) == platform.all_events(job)
    assert text_of(client.of(job))


def test_deltas_arrive_while_the_job_runs(platform: Platform, client: Client) -> None:
    job = platform.submit(demo={"tokens": 1000, "rate": 20})["id"]
    client.call("subscribe", job=job)
    client.hears(job, "delta", 10)
    assert platform.job(job)["status"] == "running"
    client.call("cancel", job=job)


@pytest.mark.parametrize("token", ["", "mr_live_wrong"])
def test_a_wrong_token_is_refused_with_a_message(platform: Platform, token: str) -> None:
    refused: list[Any] = []
    io = socketio.Client(reconnection=False)
    io.on("connect_error", refused.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        io.connect(f"http://127.0.0.1:{platform.port}", auth={"token": token}, transports=["websocket"])
    wait_for(lambda: refused, 5, "the reason")
    assert "API key" in str(refused)


def test_a_client_goes_on_where_it_was_on_another_process(platform: Platform, second_api: str) -> None:
    job = platform.submit(demo={"tokens": 120, "rate": 60})["id"]
    with connected(platform) as first:
        first.call("subscribe", job=job)
        wait_for(lambda: len(first.of(job)) >= 8, 20, "a few events")
    seen = list(first.of(job))
    with connected(platform, process=second_api) as second:
        second.call("subscribe", job=job, after=seen[-1][0])
        second.hears(job, "succeeded")
        assert seen + second.of(job) == platform.all_events(job)


def test_unsubscribing_stops_the_events(platform: Platform, client: Client) -> None:
    job = platform.submit(demo={"tokens": 1000, "rate": 20})["id"]
    client.call("subscribe", job=job)
    client.hears(job, "delta", 10)
    assert client.call("unsubscribe", job=job) == {"ok": True}
    assert client.call("unsubscribe", job=job) == {"ok": True}
    # What was on its way has come once another job's events have.
    other = platform.submit(demo={"tokens": 20, "rate": 20})["id"]
    client.call("subscribe", job=other)
    client.hears(other, "started")
    heard = len(client.of(job))
    client.hears(other, "succeeded")
    assert len(client.of(job)) == heard
    client.call("cancel", job=job)


def test_subscribing_twice_gives_no_event_twice(platform: Platform, client: Client) -> None:
    job = platform.submit(demo={"tokens": 60, "rate": 40})["id"]
    client.call("subscribe", job=job)
    client.hears(job, "delta", 10)
    client.call("subscribe", job=job, after=client.of(job)[-1][0])
    client.hears(job, "succeeded")
    numbers = [seq for seq, _, _ in client.of(job)]
    assert sorted(set(numbers)) == [seq for seq, _, _ in platform.all_events(job)]


def test_cancel_cancels(platform: Platform, client: Client) -> None:
    job = platform.submit(demo={"fail": "hang"})["id"]
    client.call("subscribe", job=job)
    client.hears(job, "started")
    begun = time.monotonic()
    assert client.call("cancel", job=job) == {"ok": True}
    client.hears(job, "cancelled", 5)
    assert time.monotonic() - begun < 3
    assert client.call("cancel", job=job) == {"ok": True}
    assert platform.job(job)["status"] == "cancelled"


def test_somebody_elses_job_is_not_there(platform: Platform, stranger: dict[str, str]) -> None:
    job = platform.submit(demo={"fail": "hang"})["id"]
    with connected(platform, key=stranger["Authorization"].split()[1]) as other:
        for call in ("subscribe", "unsubscribe", "cancel"):
            assert other.call(call, job=job)["error"]["code"] == "not_found"
        assert other.of(job) == []
    assert platform.job(job)["status"] in ("queued", "running")
    platform.request("POST", f"/api/v1/jobs/{job}/cancel")


@pytest.mark.parametrize(
    "given",
    [None, 7, "x", [], {}, {"job": None}, {"job": ["a"]}, {"job": "job_" + "0" * 32}, {"job": "\x00"},
     {"job": "GOOD", "after": -1}, {"job": "GOOD", "after": "1"}, {"job": "GOOD", "after": 2**60},
     {"job": "GOOD", "after": 1.5}],
)
def test_a_wrong_call_is_answered_with_an_error(platform: Platform, client: Client, given: Any) -> None:
    if isinstance(given, dict) and given.get("job") == "GOOD":
        given = given | {"job": platform.submit(demo={"tokens": 1, "rate": 0})["id"]}
    answer = client._io.call("subscribe", given, timeout=10)
    assert answer["error"]["code"] in ("invalid_field", "not_found") and answer["error"]["message"]


def test_a_client_may_watch_two_hundred_jobs_and_no_more(platform: Platform, client: Client) -> None:
    one = platform.submit(body={"model": "absent"})["id"]
    jobs = [one] + [platform.submit(body={"model": "absent"})["id"] for _ in range(200)]
    for job in jobs[:200]:
        assert client.call("subscribe", job=job) == {"ok": True}
    refused = client.call("subscribe", job=jobs[200])
    assert refused["error"]["code"] == "invalid_field" and "200" in refused["error"]["message"]
    assert client.call("subscribe", job=one) == {"ok": True}
    client.call("unsubscribe", job=one)
    assert client.call("subscribe", job=jobs[200]) == {"ok": True}
    for job in jobs:
        client.call("cancel", job=job)
    # Whose job has ended is not watched any more: there is room again.
    client.hears(jobs[200], "cancelled")
    assert client.call("subscribe", job=one) == {"ok": True}


def test_one_who_reads_too_slowly_is_told_and_can_go_on_without_a_gap(platform: Platform) -> None:
    deltas, size = 3000, 8000
    hour = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    job = platform.submit(run_after=hour)["id"]
    write_log(platform, job, deltas, size)
    url = f"ws://127.0.0.1:{platform.port}/socket.io/?EIO=4&transport=websocket"
    small = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),)
    slow = websocket.create_connection(url, sockopt=small, timeout=30)
    try:
        packets = _packets(slow)
        slow.send("40" + json.dumps({"token": platform.key}))
        slow.send("42" + json.dumps(["subscribe", {"job": job}]))
        # Another client is served meanwhile; that takes a moment in which the slow one reads nothing.
        with connected(platform) as quick:
            other = platform.submit(demo={"tokens": 40, "rate": 40})["id"]
            quick.call("subscribe", job=other)
            quick.hears(other, "succeeded")
        seen: list[int] = []
        rounds = 0
        while not seen or seen[-1] & 0xFFFFFFFF < deltas + 1:
            name, given = next(packets)
            if name == "event":
                seen.append(given["seq"])
            elif name == "lagged":
                assert given["job"] == job and given["after"] == seen[-1]
                rounds += 1
                slow.send("42" + json.dumps(["subscribe", {"job": job, "after": seen[-1]}]))
    finally:
        slow.close()
    assert rounds >= 1
    assert seen == [1] + [1 << 32 | at for at in range(1, deltas + 2)]
    platform.request("POST", f"/api/v1/jobs/{job}/cancel")


def write_log(platform: Platform, job: str, deltas: int, size: int) -> None:
    """A long log, written as the first attempt of a job would write it, though the job still waits."""
    events = [("started", {"attempt": 1, "model": "demo"})]
    events += [("delta", {"offset": at * size, "text": str(at % 10) * size}) for at in range(deltas)]
    with redis.Redis.from_url(platform.redis_url) as client, client.pipeline(transaction=False) as pipe:
        for at, (type, data) in enumerate(events, 1):
            event = {"seq": 1 << 32 | at, "type": type, "data": data}
            pipe.xadd(f"job:{UUID(job.removeprefix('job_'))}", {"e": json.dumps(event)}, f"1-{at}")
        pipe.execute()


def _packets(connection: websocket.WebSocket) -> Iterator[tuple[str, Any]]:
    """Events of Socket.IO as (name, data); pings of Engine.IO are answered."""
    while True:
        packet = connection.recv()
        if packet == "2":
            connection.send("3")
        elif packet.startswith("42"):
            name, given = json.loads(packet[2:])
            yield name, given
