"""Beats and sweeps die while schedules fire: every window has made its job, and none has made two."""

import random
import time

from tests.faults.books import all_end, books_balance
from tests.faults.conftest import REMOTE
from tests.faults.strikes import answers, bring_back, supervised
from tests.machine import wait_for
from tests.platform import Platform

VICTIMS = ("sweep", "sweep-2", "beat", "beat-2", "sweep", "sweep-2", "postgres", "redis")

SCHEDULES, HOURS = 20, 5

#: So many windows have passed that nobody saw.
_OVERDUE = "UPDATE schedules SET next_at = date_trunc('hour', now()) - make_interval(hours => %s) WHERE name = 'hourly'"

#: Whoever claimed a run is taken for dead at once, also those who live: no test waits for a minute.
_HASTE = "UPDATE schedule_runs SET lease_until = now() WHERE state = 'pending' AND lease_until > now()"

_LEFT = """
SELECT 1 FROM schedules WHERE next_at <= now() UNION ALL SELECT 1 FROM schedule_runs WHERE state = 'pending'
"""

_RUNS = "SELECT schedule::text, due_at, state, job::text FROM schedule_runs ORDER BY schedule, due_at"


def test_each_window_makes_one_job_whoever_dies(mill: Platform) -> None:
    bring_back(mill, "beat-2", "sweep-2")
    body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "demo": {"tokens": 2, "rate": 0}}
    job = {"endpoint": "/v1/chat/completions", "body": body}
    for _ in range(SCHEDULES):
        asked = {"name": "hourly", "cron": "0 * * * *", "missed": "all", "job": job}
        assert mill.request("POST", "/api/v1/schedules", asked)[0] == 201
    before = mill.sql("SELECT count(*) FROM jobs")[0][0]
    chance = random.Random(seed := random.randrange(10**6))
    print("seed", seed)
    with supervised(mill, *REMOTE, "beat-2", "sweep-2") as strike:
        mill.sql(_OVERDUE, HOURS)
        until = time.monotonic() + 30
        while _left(mill) and time.monotonic() < until:
            time.sleep(chance.uniform(0.2, 0.8))
            strike(chance.choice(VICTIMS))
        wait_for(lambda: answers(mill), 30, "the servers")
        wait_for(lambda: not _left(mill), 60, "the windows")

    runs = mill.sql(_RUNS)
    assert {state for _, _, state, _ in runs} == {"fired"}
    # On the hour the next window may have come meanwhile.
    assert len(runs) >= SCHEDULES * (HOURS + 1)
    jobs = [f"job_{job.replace('-', '')}" for *_, job in runs]
    assert len(set(jobs)) == len(runs) == mill.sql("SELECT count(*) FROM jobs")[0][0] - before
    all_end(mill, jobs)
    books_balance(mill, jobs)
    mill.sql("DELETE FROM schedules")


def _left(mill: Platform) -> bool:
    try:
        mill.sql(_HASTE)
        return bool(mill.sql(_LEFT))
    except Exception:  # noqa: BLE001 - the database may be the one that was killed
        return True
