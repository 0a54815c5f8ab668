"""API processes: a client whose server dies asks another one again."""

import random
import threading
import time
from http.client import HTTPException

from tests.faults.books import all_end, books_balance
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back
from tests.machine import wait_for
from tests.platform import Platform

KEYS = 120


def _post(mill: Platform, key: str, process: str) -> str | None:
    """The job of this key, or None when this process cannot say."""
    body = {"model": "demo", "messages": [{"role": "user", "content": key}], "demo": {"tokens": 5, "rate": 0}}
    request = {"endpoint": "/v1/chat/completions", "body": body}
    try:
        status, _, job = mill.request("POST", "/api/v1/jobs", request, {"Idempotency-Key": key}, process)
    except (OSError, HTTPException):
        return None
    assert status == 202, job
    return str(job["id"])


def test_an_api_killed_among_submits_leaves_one_job_a_key(mill: Platform) -> None:
    name = random.randbytes(4).hex()
    told: dict[str, list[str]] = {f"{name}-{n}": [] for n in range(KEYS)}
    keys = iter(list(told))
    unanswered: list[str] = []
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                key = next(keys, None)
            if key is None:
                return
            job = _post(mill, key, "api-2")
            if job is None:
                unanswered.append(key)
                while (job := _post(mill, key, "api")) is None:
                    time.sleep(0.05)
            told[key].append(job)

    clients = [threading.Thread(target=client, daemon=True) for _ in range(8)]
    for each in clients:
        each.start()
    wait_for(lambda: sum(map(len, told.values())) > KEYS // 4, 30, "submits")
    mill.kill("api-2")
    for each in clients:
        each.join(60)
    assert unanswered, "it died too late: nothing was shown"
    bring_back(mill, "api-2")
    for key in told:
        told[key].append(_post(mill, key, "api-2") or "")
    assert all(len(answers) == 2 and len(set(answers)) == 1 for answers in told.values()), told
    made = mill.sql("SELECT count(*) FROM job_requests WHERE body LIKE %s", f"%{name}-%")
    assert made == [(KEYS,)]
    jobs = [answers[0] for answers in told.values()]
    all_end(mill, jobs)
    books_balance(mill, jobs)


def test_a_reader_whose_api_is_killed_goes_on_at_another_without_gap_or_double(mill: Platform) -> None:
    job = mill.submit("a long story", demo={"tokens": 60, "rate": 30})["id"]
    reader = Reader(mill, job, "api-2", "api").has_text()
    mill.kill("api-2")
    all_end(mill, [job])
    books_balance(mill, [job], [reader])
    assert reader.connections > 1
    assert [type for _, type, _ in reader.events].count("started") == 1
