"""The event log over SSE and polling: one numbering, no gap and no double, whoever reads it and whenever."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import redis

from tests.platform import Platform, text_of

RUNNING = 1 << 32


def result_text(platform: Platform, job: str) -> str:
    status, _, result = platform.request("GET", f"/api/v1/jobs/{job}/result")
    assert status == 200
    return str(result["choices"][0]["message"]["content"])


def poll(platform: Platform, job: str, after: int = 0, process: str = "api") -> dict[str, Any]:
    headers = {"Accept": "application/json"}
    status, _, found = platform.request("GET", f"/api/v1/jobs/{job}/events?after={after}", None, headers, process)
    assert status == 200
    return found  # type: ignore[no-any-return]


def drop_stream(platform: Platform, job: str) -> None:
    with redis.Redis.from_url(platform.redis_url) as client:
        assert client.delete(f"job:{UUID(job.removeprefix('job_'))}")


def assert_whole(events: list[Any]) -> None:
    """Numbers rise without a hole inside each attempt, and the last event is the only terminal one."""
    numbers = [seq for seq, _, _ in events]
    assert numbers == sorted(set(numbers))
    for before, after in pairwise(events):
        closes = after[0] & 0xFFFFFFFF == 0xFFFFFFFF
        opens = after[0] >> 32 > before[0] >> 32
        assert closes or opens or after[0] == before[0] + 1, (before, after)
    terminal = [type for _, type, _ in events if type in ("succeeded", "failed", "cancelled", "expired")]
    assert len(terminal) == 1 and events[-1][1] == terminal[0]


@pytest.fixture(scope="module")
def told(platform: Platform) -> tuple[str, list[Any]]:
    """A job that has ended, and its whole log as a reader saw it live."""
    job = platform.submit("water mills and their wheels", demo={"tokens": 60, "rate": 100})["id"]
    return job, platform.all_events(job)


def test_a_stream_tells_a_job_from_its_queue_to_its_end(platform: Platform, told: tuple[str, list[Any]]) -> None:
    job, events = told
    assert_whole(events)
    kinds = [type for _, type, _ in events]
    assert kinds[:2] == ["queued", "started"] and kinds[-2:] == ["usage", "succeeded"]
    assert set(kinds[2:-2]) == {"delta"} and len(kinds) > 8
    assert text_of(events) == result_text(platform, job)
    assert events[-2][2]["output_tokens"] == 60


def test_a_reader_may_resume_after_every_event(platform: Platform, told: tuple[str, list[Any]]) -> None:
    job, events = told
    for at, (seq, _, _) in enumerate(events[:-1]):
        assert platform.all_events(job, seq) == events[at + 1 :]


def test_a_live_reader_may_resume_in_the_middle(platform: Platform) -> None:
    job = platform.submit(demo={"tokens": 60, "rate": 60})["id"]
    seen: list[Any] = []
    while not seen or seen[-1][1] != "succeeded":
        with platform.events(job, seen[-1][0] if seen else 0) as events:
            for _ in range(3):
                if (event := next(events, None)) is not None:
                    seen.append(event)
    # The last one may come between the settlement and its event: then Postgres tells the end, with a snapshot.
    numbers = [seq for seq, _, _ in seen]
    assert numbers == sorted(set(numbers))
    assert text_of(seen) == result_text(platform, job)


def test_last_event_id_wins_over_after(platform: Platform, told: tuple[str, list[Any]]) -> None:
    job, events = told
    headers = {"Last-Event-ID": str(events[-2][0])}
    status, _, text = platform.request("GET", f"/api/v1/jobs/{job}/events?after=1", headers=headers)
    assert status == 200 and text.count(b"event: ") == 1 and b"event: succeeded" in text


def test_who_has_it_all_is_told_not_to_come_back(platform: Platform, told: tuple[str, list[Any]]) -> None:
    job, events = told
    status, _, body = platform.request("GET", f"/api/v1/jobs/{job}/events?after={events[-1][0]}")
    assert status == 204 and body == b""


def test_polling_gives_the_same_events(platform: Platform, told: tuple[str, list[Any]]) -> None:
    job, events = told
    found = poll(platform, job)
    assert [(each["seq"], each["type"], each["data"]) for each in found["data"]] == events
    assert found["ended"] is True and poll(platform, job, events[-1][0])["data"] == []
    live = platform.submit(demo={"fail": "hang"})["id"]
    platform.reaches(live, "running")
    found = poll(platform, live)
    assert [each["type"] for each in found["data"]] == ["queued", "started"] and found["ended"] is False
    platform.request("POST", f"/api/v1/jobs/{live}/cancel")


def test_two_api_processes_serve_one_stream_to_many_readers(platform: Platform, second_api: str) -> None:
    job = platform.submit(demo={"tokens": 80, "rate": 80})["id"]
    with ThreadPoolExecutor(6) as pool:
        logs = list(pool.map(lambda n: platform.all_events(job, process=("api", second_api)[n % 2]), range(6)))
    assert all(log == logs[0] for log in logs)
    assert_whole(logs[0])
    assert text_of(logs[0]) == result_text(platform, job)


def test_a_finished_job_without_its_replay_window_is_told_from_postgres(platform: Platform) -> None:
    job = platform.submit(demo={"tokens": 30, "rate": 200})["id"]
    before = platform.all_events(job)
    drop_stream(platform, job)
    after = platform.all_events(job)
    assert [type for _, type, _ in after] == ["queued", "started", "snapshot", "usage", "succeeded"]
    assert text_of(after) == text_of(before)
    assert [seq for seq, _, _ in after] == sorted(seq for seq, _, _ in after)
    # Who had half of it gets the whole text in its place, and the end under the number it always has.
    rest = platform.all_events(job, before[5][0])
    assert rest[0][1] == "snapshot" and rest[-1][0] == before[-1][0]
    assert platform.request("GET", f"/api/v1/jobs/{job}/events?after={before[-1][0]}")[0] == 204


def test_readers_have_no_gap_when_the_replay_window_is_lost_in_mid_stream(platform: Platform) -> None:
    job = platform.submit(demo={"tokens": 150, "rate": 30})["id"]
    seen: list[Any] = []
    late: list[Any] = []
    with platform.events(job) as events:
        for event in events:
            seen.append(event)
            if len(seen) == 30:
                drop_stream(platform, job)
                # One who comes now, and one who had a part: neither finds the beginning in the window.
                readers = [threading.Thread(target=lambda a=a: late.append(platform.all_events(job, a)))
                           for a in (0, seen[9][0])]
                for reader in readers:
                    reader.start()
    for reader in readers:
        reader.join(60)
    text = result_text(platform, job)
    assert text_of(seen) == text
    fresh, resumed = sorted(late, key=lambda log: log[0][0])
    assert text_of(fresh) == text
    assert text_of(seen[:10] + resumed) == text
    assert fresh[-1] == resumed[-1] == seen[-1]


@pytest.mark.parametrize("stream", [False, True])
def test_deltas_are_logged_unless_the_request_says_otherwise(platform: Platform, stream: bool) -> None:
    job = platform.submit(body={"stream": stream}, demo={"tokens": 20, "rate": 0})["id"]
    kinds = [type for _, type, _ in platform.all_events(job)]
    assert ("delta" in kinds) is stream
    assert kinds[0] == "queued" and kinds[-1] == "succeeded"


def test_batch_lines_log_deltas_only_when_asked(platform: Platform) -> None:
    quiet = platform.submit(demo={"tokens": 20, "rate": 0}, **{"class": "batch"})["id"]
    asked = platform.submit(demo={"tokens": 20, "rate": 0}, body={"stream": True}, **{"class": "batch"})["id"]
    assert "delta" not in [type for _, type, _ in platform.all_events(quiet)]
    assert "delta" in [type for _, type, _ in platform.all_events(asked)]


def test_offsets_count_characters_whatever_their_bytes(platform: Platform) -> None:
    job = platform.submit("水車小屋 𝒜𝓁𝓅𝒽𝒶𝒷𝑒𝓉", demo={"tokens": 80, "rate": 200})["id"]
    events = platform.all_events(job)
    text = text_of(events)  # asserts every offset
    assert not text.isascii() and max(text) > "\uffff"
    assert text == result_text(platform, job)


def test_a_reset_between_attempts_voids_the_text(platform: Platform) -> None:
    demo = {"fail": "mid_stream", "fail_after": 10, "fail_attempts": 1, "tokens": 40, "rate": 100}
    job = platform.submit(demo=demo)["id"]
    events = platform.all_events(job)
    assert_whole(events)
    kinds = [type for _, type, _ in events]
    assert kinds.count("reset") == 1 and kinds.count("started") == 2
    reset = kinds.index("reset")
    assert text_of(events[:reset]) and text_of(events[: reset + 1]) == ""
    assert text_of(events) == result_text(platform, job)
    # Who comes back with a number of the first attempt, or finds no replay window, is told of it too.
    assert platform.all_events(job, events[4][0]) == events[5:]
    drop_stream(platform, job)
    rest = platform.all_events(job, events[4][0])
    assert [type for _, type, _ in rest] == ["reset", "started", "snapshot", "usage", "succeeded"]
    assert text_of(events[:5] + rest) == result_text(platform, job)


def test_a_cancelled_job_ends_its_stream_at_once(platform: Platform) -> None:
    job = platform.submit(demo={"tokens": 1000, "rate": 20})["id"]
    with platform.events(job) as events:
        seen = [next(events) for _ in range(6)]
        platform.request("POST", f"/api/v1/jobs/{job}/cancel")
        seen += list(events)
    assert_whole(seen)
    assert seen[-1][1:] == ("cancelled", {"status": "cancelled", "last": seen[-2][0] & 0xFFFFFFFF})
    drop_stream(platform, job)
    assert text_of(platform.all_events(job)) == text_of(seen)


def test_a_job_that_never_ran_has_a_log_too(platform: Platform) -> None:
    job = platform.submit(body={"model": "absent"})["id"]
    with platform.events(job) as events:
        first = next(events)
        platform.request("POST", f"/api/v1/jobs/{job}/cancel")
        rest = list(events)
    assert first[1] == "queued" and [type for _, type, _ in rest] == ["cancelled"]
    assert platform.all_events(job) == [first, *rest]


def test_the_first_delta_comes_before_the_last_is_made(platform: Platform) -> None:
    job = platform.submit(demo={"tokens": 40, "rate": 20})["id"]
    with raw_stream(platform, job) as chunks:
        for chunk in chunks:
            if b"event: delta" in chunk:
                break
        assert platform.job(job)["status"] == "running"
    platform.request("POST", f"/api/v1/jobs/{job}/cancel")


@contextmanager
def raw_stream(platform: Platform, job: str) -> Iterator[Iterator[bytes]]:
    connection = HTTPConnection("127.0.0.1", platform.port, timeout=30)
    connection.request("GET", f"/api/v1/jobs/{job}/events", headers={"Authorization": f"Bearer {platform.key}"})
    answer = connection.getresponse()
    assert answer.getheader("Content-Type", "").startswith("text/event-stream")
    assert answer.getheader("Cache-Control") == "no-cache"
    try:
        yield iter(lambda: answer.read1(65536), b"")
    finally:
        connection.close()


def test_the_data_of_an_event_is_one_line_of_json(platform: Platform, told: tuple[str, list[Any]]) -> None:
    job, events = told
    with raw_stream(platform, job) as chunks:
        frames = b"".join(chunks).decode().strip().split("\n\n")
    found = [dict(line.split(": ", 1) for line in frame.split("\n")) for frame in frames]
    assert [(int(f["id"]), f["event"], json.loads(f["data"])) for f in found] == events
