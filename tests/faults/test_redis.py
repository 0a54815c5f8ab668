"""Redis: its loss costs latency, never a job, a reader's text, or an answer to a client."""

import signal
import time

import redis

from tests.faults.books import account, all_end, books_balance
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back
from tests.platform import Platform

#: Long enough that it is still told when all have noticed that Redis is back.
STORY = {"tokens": 110, "rate": 25}


def _submit_in_time(mill: Platform, prompt: str) -> str:
    """202 within a second, whatever Redis does."""
    begun = time.monotonic()
    job = mill.submit(prompt, demo={"tokens": 5})["id"]
    assert time.monotonic() - begun < 1.0
    return str(job)


def test_redis_killed_in_mid_stream_loses_no_job_and_no_text(mill: Platform) -> None:
    streaming = [mill.submit(f"story {n}", demo=STORY)["id"] for n in range(2)]
    readers = [Reader(mill, id, process) for id, process in zip(streaming, ("api", "api-2"), strict=True)]
    for reader in readers:
        reader.has_text()
    mill.kill("redis")
    meanwhile = [_submit_in_time(mill, f"meanwhile {n}") for n in range(10)]
    bring_back(mill, "redis")
    afterwards = _submit_in_time(mill, "afterwards")
    all_end(mill, [*streaming, *meanwhile, afterwards])
    books_balance(mill, [*streaming, *meanwhile, afterwards], readers)
    assert [account(mill, id)["attempt"] for id in streaming] == [1, 1]


def test_redis_flushed_in_mid_stream_leaves_no_gap_and_no_double(mill: Platform) -> None:
    job = mill.submit("story", demo=STORY)["id"]
    reader = Reader(mill, job).has_text()
    with redis.Redis.from_url(mill.redis_url) as client:
        client.flushall()
    late = Reader(mill, job, "api-2")
    afterwards = [mill.submit(f"afterwards {n}")["id"] for n in range(3)]
    all_end(mill, [job, *afterwards])
    books_balance(mill, [job, *afterwards], [reader])
    books_balance(mill, [job], [late])
    assert account(mill, job)["attempt"] == 1


def test_a_sleeping_platform_that_redis_forgot_still_wakes_up(mill: Platform) -> None:
    """No dispatcher listens, and nothing is left of Celery's queues: the next job has to wake a worker all the same."""
    with redis.Redis.from_url(mill.redis_url) as client:
        deadline = time.monotonic() + 30
        while client.execute_command("PUBSUB", "NUMSUB", "bell:remote.demo")[1]:
            assert time.monotonic() < deadline, "the dispatcher does not go to sleep"
            time.sleep(0.1)
        client.flushall()
    mill.kill("sweep")
    rung = mill.submit("rung")["id"]
    mill.finished(rung, 20)
    bring_back(mill, "sweep")
    books_balance(mill, [rung])


def test_redis_stopped_for_seconds_delays_jobs_and_no_client(mill: Platform) -> None:
    streaming = mill.submit("story", demo={"tokens": 190, "rate": 20})["id"]
    reader = Reader(mill, streaming).has_text()
    mill.signal("redis", signal.SIGSTOP)
    stopped = time.monotonic()
    meanwhile = []
    while time.monotonic() - stopped < 3:
        meanwhile.append(_submit_in_time(mill, f"meanwhile {len(meanwhile)}"))
        time.sleep(0.25)
    mill.signal("redis", signal.SIGCONT)
    all_end(mill, [streaming, *meanwhile])
    books_balance(mill, [streaming, *meanwhile], [reader])
    assert account(mill, streaming)["deaths"] == 0
