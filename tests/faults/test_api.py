"""API processes: a client whose server dies asks another one again."""

import random
import threading
import time
from contextlib import suppress
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
    request = {"endpoint": "/v1/chat/completions", "body": body, "metadata": {"of": key.split("-")[0]}}
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
    made = mill.sql("SELECT count(*) FROM job_requests WHERE metadata->>'of' = %s", name)
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


def test_a_call_whose_api_process_was_killed_is_cancelled(mill: Platform) -> None:
    """Nobody waits for it any more, and nobody can: it has no key."""
    body = {"model": "demo", "messages": [{"role": "user", "content": "anybody?"}], "demo": {"fail": "hang"}}

    def call() -> None:
        with suppress(OSError, HTTPException):
            mill.request("POST", "/v1/chat/completions", body, process="api-2")

    before = {job["id"] for job in mill.request("GET", "/api/v1/jobs?limit=100")[2]["data"]}
    threading.Thread(target=call, daemon=True).start()

    def mine() -> list[str]:
        listed = mill.request("GET", "/api/v1/jobs?limit=100&status=running")[2]["data"]
        return [job["id"] for job in listed if job["id"] not in before]

    wait_for(lambda: len(mine()) == 1, 20, "the job to run")
    job = mine()[0]
    mill.kill("api-2")
    mill.reaches(job, "cancelled")
    bring_back(mill, "api-2")
    books_balance(mill, [job])
