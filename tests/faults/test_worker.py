"""Workers of the remote pool: one process, many jobs."""

import random
import signal
import time

from millrace import ids as identifiers
from tests.fakes.openai_server import OpenAIServer
from tests.faults.books import account, all_end, books_balance, outcomes
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back, ends_warmly, waits_for_work
from tests.machine import wait_for
from tests.platform import Platform

LONG = {"tokens": 60, "rate": 30}


def test_a_worker_killed_in_mid_stream_loses_no_job_and_none_that_waits(mill: Platform) -> None:
    streaming = [mill.submit(f"stream {n}", demo=LONG)["id"] for n in range(4)]
    narrow = [mill.submit(f"wait {n}", demo={"tokens": 10}, body={"model": "narrow"})["id"] for n in range(6)]
    readers = [Reader(mill, id, "api", "api-2") for id in streaming]
    for reader in readers:
        reader.has_text()
    mill.kill("remote")
    waiting = [id for id in narrow if account(mill, id)["state"] == "queued"]
    bring_back(mill, "remote")
    all_end(mill, streaming + narrow)
    books_balance(mill, streaming + narrow, readers)
    assert waiting, "none waited: nothing was shown"
    assert [(account(mill, id)["attempt"], account(mill, id)["deaths"]) for id in streaming] == [(2, 1)] * 4
    assert [(account(mill, id)["attempt"], account(mill, id)["deaths"]) for id in waiting] == [(1, 0)] * len(waiting)


def test_workers_killed_again_and_again_among_short_jobs_settle_each_of_them_once(mill: Platform) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    accepted = []
    for turn in range(4):
        jobs = [_short(mill, turn, n, chance) for n in range(40)]
        accepted += jobs
        wait_for(lambda jobs=jobs: any(account(mill, id)["attempt"] for id in jobs), 30, "work begun")
        time.sleep(chance.uniform(0.0, 0.25))
        mill.kill("remote")
        bring_back(mill, "remote")
    all_end(mill, accepted)
    books_balance(mill, accepted)


def _short(mill: Platform, turn: int, n: int, chance: random.Random) -> str:
    demo = {"tokens": 4, "rate": 0, "delay": chance.uniform(0.0, 0.2)}
    return str(mill.submit(f"{turn} {n}", demo=demo, body={"stream": n % 2 == 0})["id"])


def test_a_worker_stopped_past_its_lease_and_woken_writes_nothing(mill: Platform, upstream: OpenAIServer) -> None:
    """When it wakes, one of its jobs has ended elsewhere, one streams there, of one it gets the answer just then."""
    short = mill.submit("short", demo={"tokens": 30, "rate": 20})["id"]
    long = mill.submit("long", demo={"tokens": 100, "rate": 20})["id"]
    upstream.defaults = {"text": ["of the zombie"], "first_token_ms": 2000}
    silent = mill.submit("silent", body={"model": "upstream", "stream": False})["id"]
    jobs = [short, long, silent]
    readers = [Reader(mill, id) for id in jobs]
    for reader in readers[:2]:
        reader.has_text()
    wait_for(lambda: upstream.running, 30, "the question to the backend")
    upstream.defaults = {"text": ["of the living"], "first_token_ms": 4000}
    mill.signal("remote", signal.SIGSTOP)
    bring_back(mill, "remote-2")
    mill.finished(short)
    written = _written(mill, short)
    for id in (long, silent):
        assert account(mill, id)["state"] == "running"
        assert account(mill, id)["attempt"] == 2
    mill.signal("remote", signal.SIGCONT)
    waits_for_work(mill, "remote")
    all_end(mill, jobs)
    # What the zombie does next is its own again: it runs new jobs, so it has seen to the old ones.
    mill.kill("remote-2")
    fresh = mill.submit("fresh")["id"]
    assert mill.finished(fresh)["attempt"] == 1
    assert _written(mill, short) == written
    assert [outcomes(mill, id) for id in jobs] == [["process_died"]] * 3
    books_balance(mill, [*jobs, fresh], readers)
    answer = mill.request("GET", f"/api/v1/jobs/{silent}/result")[2]
    assert answer["choices"][0]["message"]["content"] == "of the living"


def _written(mill: Platform, id: str) -> list[object]:
    """All that is kept of a job, to the letter."""
    raw = identifiers.parse("job", id)
    tables = {"jobs": "id", "job_results": "job", "ledger_entries": "job", "attempts": "job"}
    return [mill.sql(f"SELECT t::text FROM {table} t WHERE {key} = %s", raw) for table, key in tables.items()] + [
        mill.all_events(id)
    ]


def test_a_message_delivered_a_hundred_times_runs_each_job_once(mill: Platform) -> None:
    mill.kill("remote")
    jobs = [mill.submit(f"job {n}", demo={"tokens": 20, "rate": 40})["id"] for n in range(10)]
    storm = "from millrace import broker; [broker.wake('remote.demo') for _ in range(100)]"
    mill.run("-c", storm)
    bring_back(mill, "remote", "remote-2")
    wait_for(lambda: any(account(mill, id)["state"] == "running" for id in jobs), 30, "jobs begun")
    mill.run("-c", storm)
    all_end(mill, jobs)
    assert [account(mill, id)["attempt"] for id in jobs] == [1] * 10
    books_balance(mill, jobs)


def test_a_worker_told_to_stop_finishes_short_jobs_and_hands_long_ones_back(
    mill: Platform, upstream: OpenAIServer
) -> None:
    upstream.defaults = {"tokens": 1200, "interval_ms": 50}
    long = [mill.submit(f"long {n}", body={"model": "upstream"})["id"] for n in range(3)]
    readers = [Reader(mill, id).has_text() for id in long]
    short = mill.submit("short", demo={"tokens": 20, "rate": 30})["id"]
    Reader(mill, short).has_text(1)
    upstream.defaults = {"tokens": 20}
    bring_back(mill, "remote-2")
    waits_for_work(mill, "remote-2")
    assert ends_warmly(mill, "remote") == 0
    all_end(mill, [*long, short])
    books_balance(mill, [*long, short], readers)
    assert outcomes(mill, short) == []
    assert [outcomes(mill, id) for id in long] == [["handed_back"]] * 3
    assert [account(mill, id)["deaths"] for id in long] == [0] * 3
