"""Beat and the sweep make good what got lost. Without them new jobs run, and nothing else is promised."""

from datetime import UTC, datetime, timedelta

from tests.faults.books import account, all_end, books_balance, outcomes
from tests.faults.reader import Reader
from tests.faults.strikes import bring_back, kill_all
from tests.machine import wait_for
from tests.platform import Platform


def test_without_beat_and_sweep_jobs_run_and_with_them_back_the_rest_does(mill: Platform) -> None:
    kill_all(mill, "beat", "sweep")
    now = mill.submit("now", demo={"tokens": 60, "rate": 20})["id"]
    soon = mill.submit("soon", run_after=(datetime.now(UTC) + timedelta(seconds=0.5)).isoformat())["id"]
    reader = Reader(mill, now).has_text()
    mill.kill("remote")
    bring_back(mill, "remote")
    another = mill.submit("another")["id"]
    assert mill.finished(another)["attempt"] == 1
    assert account(mill, soon)["state"] == "queued"
    assert account(mill, now)["state"] == "running"
    bring_back(mill, "beat", "sweep")
    all_end(mill, [now, soon, another])
    books_balance(mill, [now, soon, another], [reader])
    assert account(mill, now)["deaths"] == 1


def test_two_beats_and_two_sweeps_do_no_harm(mill: Platform) -> None:
    bring_back(mill, "beat-2", "sweep-2")
    jobs = [mill.submit(f"job {n}", demo={"tokens": 120, "rate": 20})["id"] for n in range(20)]
    late = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    slow = {"body": {"model": "narrow"}, "demo": {"tokens": 60, "rate": 20}}
    expiring = [mill.submit("late", deadline=late, **slow)["id"] for _ in range(5)]
    soon = [mill.submit("soon", run_after=late)["id"] for _ in range(5)]
    wait_for(lambda: all(account(mill, id)["state"] == "running" for id in jobs), 30, "jobs begun")
    mill.kill("remote")
    bring_back(mill, "remote")
    all_end(mill, [*jobs, *expiring, *soon])
    books_balance(mill, [*jobs, *expiring, *soon])
    assert [outcomes(mill, id) for id in jobs] == [["process_died"]] * 20
    assert {account(mill, id)["state"] for id in expiring} == {"expired"}
