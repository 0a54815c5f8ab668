"""A batch whose processes are killed at random: every line has one answer and one entry, and is not done twice."""

import json
import os
import random
import time
from typing import Any

import pytest
from openai import OpenAI

from tests.faults.conftest import REMOTE
from tests.faults.strikes import answers, bring_back, supervised
from tests.machine import wait_for
from tests.platform import Platform
from tests.sockets import connected

VICTIMS = ("remote", "batches", "api", "remote", "batches", "redis", "postgres", "sweep")

#: Lines of a batch, of which each takes some 50 ms of one of the lane's slots. FAULT_LINES=10000 for a longer trial.
LINES = int(os.environ.get("FAULT_LINES", "1000"))

_ENTRIES = """
SELECT count(*), count(DISTINCT l.job) FROM ledger_entries l JOIN jobs j ON j.id = l.job WHERE j.batch = %s
"""

#: Attempts that began after their job had ended: there must be none.
_AGAIN = "SELECT count(*) FROM jobs j WHERE j.batch = %s AND j.finished_at < j.started_at"


def _file() -> bytes:
    def line(number: int) -> dict[str, Any]:
        body = {"model": "demo", "messages": [{"role": "user", "content": str(number)}]}
        body["demo"] = {"tokens": 2, "rate": 0, "delay": 0.05}
        return {"custom_id": str(number), "method": "POST", "url": "/v1/chat/completions", "body": body}

    return b"".join(json.dumps(line(number)).encode() + b"\n" for number in range(LINES))


@pytest.mark.timeout(240)
def test_a_batch_outlives_whatever_is_killed_and_no_line_is_done_twice(mill: Platform) -> None:
    bring_back(mill, "batches")
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key) as client:
        file = client.files.create(file=("lines.jsonl", _file()), purpose="batch")
        batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    id = batch.id.removeprefix("batch_")

    with supervised(mill, *REMOTE, "batches") as strike:
        until = time.monotonic() + 90
        while not _ended(mill, id) and time.monotonic() < until:
            time.sleep(chance.uniform(1.0, 3.0))
            victim = chance.choice(VICTIMS)
            print("killed:", victim)
            strike(victim)
        wait_for(lambda: answers(mill), 30, "the servers")
        wait_for(lambda: _ended(mill, id), 90, "the batch")
        wait_for(lambda: mill.alive(), 30, "the API")

    done = mill.request("GET", f"/v1/batches/{batch.id}")[2]
    assert (done["status"], done["request_counts"]) == ("completed", {"total": LINES, "completed": LINES, "failed": 0})
    raw = mill.request("GET", f"/v1/files/{done['output_file_id']}/content")[2]
    found = [json.loads(each)["custom_id"] for each in raw.splitlines()]
    assert len(found) == LINES and set(found) == {str(number) for number in range(LINES)}
    assert mill.sql(_ENTRIES, id) == [(LINES, LINES)]
    assert mill.sql(_AGAIN, id) == [(0,)]
    assert mill.sql("SELECT * FROM quota_balances b, LATERAL quota_drift(b.period, b.quota)") == []


def test_who_watches_over_a_socket_hears_the_end_though_the_database_dies_meanwhile(mill: Platform) -> None:
    bring_back(mill, "batches")
    body = {"model": "narrow", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 20, "rate": 10}}
    line = {"custom_id": "", "method": "POST", "url": "/v1/chat/completions", "body": body}
    raw = b"".join(json.dumps(line | {"custom_id": str(number)}).encode() + b"\n" for number in range(8))
    with OpenAI(base_url=f"http://127.0.0.1:{mill.port}/v1", api_key=mill.key) as client:
        file = client.files.create(file=("lines.jsonl", raw), purpose="batch")
        asked = {"input_file_id": file.id, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        batch = client.batches.create(**asked).id  # type: ignore[arg-type]
    with connected(mill) as socket:
        assert socket.call("subscribe", batch=batch) == {"ok": True}
        socket.hears(batch, "progress")
        mill.kill("postgres")
        bring_back(mill, "postgres")
        socket.hears(batch, "ended", 60)
        assert socket.of(batch)[-1][2]["request_counts"] == {"total": 8, "completed": 8, "failed": 0}


def _ended(mill: Platform, id: str) -> bool:
    try:
        return mill.sql("SELECT state FROM batches WHERE id = %s", id) == [("completed",)]
    except Exception:  # noqa: BLE001 - the database may be the one that was killed
        return False
