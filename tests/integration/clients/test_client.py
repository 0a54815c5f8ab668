"""The Python client against a live platform: nothing is asked twice, and nothing that is shown is wrong."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from millrace_client import AsyncMillrace, JobFailed, Millrace, MillraceError, TimedOut, Unreachable
from millrace_client.errors import BadRequest, NotFound, Unauthorized

from tests.integration.clients.cutting import Cutter
from tests.machine import free_port, wait_for


def chat(text: str = "hello", **demo: Any) -> dict[str, Any]:
    return {
        "model": "demo",
        "messages": [{"role": "user", "content": text}],
        "demo": {"tokens": 4, "rate": 0} | demo,
    }


def said(client: Millrace, id: str) -> str:
    return str(client.jobs.result(id)["choices"][0]["message"]["content"])


def test_a_job_from_its_submit_to_its_answer(client: Millrace) -> None:
    job = client.jobs.submit(chat(), metadata={"test": "walk"})
    ended = client.jobs.wait(job["id"], timeout=30)
    assert ended["status"] == "succeeded" and ended["usage"]
    assert [each["id"] for each in client.jobs.every(metadata={"test": "walk"})] == [job["id"]]
    again = client.jobs.retry(job["id"])
    assert again["retry_of"] == job["id"] and client.jobs.wait(again["id"])["status"] == "succeeded"


def test_the_short_way_and_the_streamed_one_say_the_same(client: Millrace) -> None:
    whole = client.inference("hello", model="demo", max_tokens=8, demo={"rate": 0})
    updates = list(client.stream("hello", model="demo", max_tokens=8, demo={"rate": 0}))
    assert whole and updates[-1].text == whole == "".join(update.new for update in updates)


def test_a_stream_that_is_cut_goes_on_where_it_was(client: Millrace, url: str, key: str) -> None:
    job = client.jobs.submit(chat(tokens=60, rate=60))
    with Cutter(int(url.rpartition(":")[2]), after=1500, cuts=3) as proxy, Millrace(key, proxy.url) as through:
        events = list(through.jobs.events(job["id"]))
        text = "".join(update.new for update in through.jobs.text(job["id"]))
    assert proxy.cut == 3
    seqs = [event.seq for event in events]
    assert seqs == sorted(set(seqs)) and events[-1].type == "succeeded"
    deltas = "".join(event.data["text"] for event in events if event.type == "delta")
    assert deltas == text == said(client, job["id"])


def test_an_attempt_that_broke_off_leaves_nothing_in_the_text(client: Millrace) -> None:
    once = {"tokens": 20, "rate": 100, "fail": "mid_stream", "fail_after": 10, "fail_attempts": 1}
    updates = list(client.stream("hello", model="demo", demo=once))
    job = client.jobs.list(limit=1)["data"][0]
    assert job["failures"] == 1
    assert any(update.voided for update in updates) and updates[-1].text == said(client, job["id"])


def test_a_submit_whose_answer_was_lost_makes_one_job(client: Millrace, url: str, key: str) -> None:
    with Cutter(int(url.rpartition(":")[2]), after=0, cuts=2) as proxy, Millrace(key, proxy.url) as through:
        job = through.jobs.submit(chat(), metadata={"test": "lost"})
    assert proxy.cut == 2
    assert [each["id"] for each in client.jobs.every(metadata={"test": "lost"})] == [job["id"]]


def test_a_file_that_is_cut_on_its_way_arrives_whole(client: Millrace, url: str, key: str, tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192
    (tmp_path / "up").write_bytes(content)
    made = client.files.upload(tmp_path / "up", purpose="user_data", expires_after=3600)
    assert (made["bytes"], made["filename"]) == (len(content), "up")
    with Cutter(int(url.rpartition(":")[2]), after=500_000, cuts=2) as proxy, Millrace(key, proxy.url) as through:
        through.files.download(made["id"], tmp_path / "down")
    assert proxy.cut == 2 and (tmp_path / "down").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["down", "up"]
    assert client.files.delete(made["id"])["deleted"]
    with pytest.raises(NotFound):
        client.files.download(made["id"], tmp_path / "gone")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["down", "up"]


def test_a_batch_from_its_quote_to_its_answers(client: Millrace, tmp_path: Path) -> None:
    quoted = client.batches.quote(chat(str(number)) for number in range(3))
    assert quoted["status"] == "quoted" and quoted["quote"] and quoted["quote"]["models"][0]["requests"] == 3
    client.batches.start(quoted["id"])
    states = [batch["status"] for batch in client.batches.watch(quoted["id"])]
    assert states[-1] == "completed"
    lines = list(client.batches.results(quoted["id"]))
    assert [line["custom_id"] for line in lines] == ["line-1", "line-2", "line-3"]
    assert all(line["response"] and line["response"]["body"]["choices"] for line in lines)
    path = client.batches.download(quoted["id"], tmp_path / "answers.jsonl", lines="succeeded")
    assert [json.loads(line) for line in path.read_text().splitlines()] == lines


def test_a_batch_is_watched_through_broken_connections(client: Millrace, url: str, key: str) -> None:
    batch = client.batches.create([{"custom_id": str(n), "body": chat(tokens=20, rate=20)} for n in range(4)])
    with Cutter(int(url.rpartition(":")[2]), after=600, cuts=2) as proxy, Millrace(key, proxy.url) as through:
        seen = list(through.batches.watch(batch["id"]))
    assert proxy.cut == 2 and seen[-1]["status"] == "completed"
    assert seen[-1]["request_counts"] == {"total": 4, "completed": 4, "failed": 0}


def test_lines_that_failed_are_run_again(client: Millrace) -> None:
    bad = {"custom_id": "bad", "body": chat(fail="bad_request")}
    batch = client.batches.wait(client.batches.create([{"custom_id": "good", "body": chat()}, bad])["id"])
    assert batch["request_counts"] == {"total": 2, "completed": 1, "failed": 1}
    assert [line["custom_id"] for line in client.batches.results(batch["id"], lines="failed")] == ["bad"]
    again = client.batches.retry_failed(batch["id"])
    assert again["retry_of"] == batch["id"] and client.batches.wait(again["id"])["request_counts"]["total"] == 1


def test_a_wait_ends_when_its_time_is_up_and_the_job_goes_on(client: Millrace) -> None:
    job = client.jobs.submit(chat(fail="hang"))
    with pytest.raises(TimedOut):
        client.jobs.wait(job["id"], timeout=0.5)
    client.jobs.cancel(job["id"])
    assert client.jobs.wait(job["id"])["status"] == "cancelled"


def test_errors_say_what_is_wrong(client: Millrace, url: str) -> None:
    with pytest.raises(BadRequest) as wrong:
        client.inference("hello", model="nobody")
    assert (wrong.value.status, wrong.value.code, wrong.value.param) == (400, "unknown_model", "body.model")
    with pytest.raises(JobFailed) as failed:
        client.inference("hello", model="demo", demo={"fail": "bad_request"})
    assert failed.value.job["status"] == "failed" and failed.value.code
    with pytest.raises(NotFound):
        client.files.get("file_nobody")
    with Millrace("wrong", url) as stranger, pytest.raises(Unauthorized):
        stranger.account.me()
    with Millrace("key", f"http://127.0.0.1:{free_port()}", retries=1) as nobody, pytest.raises(Unreachable):
        nobody.account.me()


def test_both_clients_do_the_same(url: str, key: str) -> None:
    async def all_at_once() -> list[str]:
        async with AsyncMillrace(key, url) as client:
            asked = [client.inference(f"{n}", model="demo", max_tokens=5, demo={"rate": 0}) for n in range(5)]
            streamed = [update.text async for update in client.stream("0", model="demo", max_tokens=5)]
            return [*(await asyncio.gather(*asked)), streamed[-1]]

    found = asyncio.run(all_at_once())
    assert len(found) == 6 and found[0] == found[-1] and all(found)


def test_keys_usage_and_limits(client: Millrace) -> None:
    made = client.keys.create("short", scopes=["jobs:read"], expires_in_days=1)
    assert made["api_key"] and client.keys.get(made["id"])["scopes"] == ["jobs:read"]
    client.keys.revoke(made["id"])
    assert client.keys.get(made["id"])["revoked_at"]
    client.inference("hello", model="demo", max_tokens=2)
    wait_for(lambda: client.account.usage(group_by="model")["total"]["requests"], 20, "usage")
    assert client.account.quota()["tier"] and client.account.models()["data"]


def test_every_error_is_of_one_tree() -> None:
    for kind in (BadRequest, JobFailed, TimedOut, Unreachable):
        assert issubclass(kind, MillraceError)
